import fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { findNpm } from "./npm.mjs";
import { lastLines, runCommand } from "./run-command.mjs";

/**
 * The folder whose include/node holds the headers of this Node.js, or of another version with the same binary interface:
 * beside node itself, or out of the registry package that carries the whole distribution. Undefined when neither has
 * them: node-gyp then downloads its own.
 */
export async function provideNodeHeaders({ cache, progress }, version = process.versions.node) {
  const package_ = `node-${process.platform}-${process.arch}`;
  const prefix = dirname(dirname(process.execPath));
  if (version === process.versions.node)
    for (const folder of [prefix, join(prefix, "node_modules", package_)]) if (await hasHeaders(folder)) return folder;
  if (process.platform !== "linux") return undefined;
  const name = `node-headers-v${version}-${process.arch}`;
  const fill = (folder) => install(folder, `${package_}@${version}`);
  const found = await cache.find(name);
  if (found) return found;
  try {
    return await progress.step(`fetching the headers of Node.js ${version}`, () => cache.findOrMake(name, fill));
  } catch (error) {
    progress.say(`the registry has no headers of Node.js ${version} (${error.message}); node-gyp will look for them`);
    return undefined;
  }
}

async function install(folder, package_) {
  const [npm, ...first] = findNpm();
  const { code, output } = await runCommand(
    npm,
    [...first, "install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", package_],
    { cwd: folder, timeoutMs: 5 * 60_000 },
  );
  if (code !== 0) throw new Error(lastLines(output, 1));
  const [name] = package_.split("@");
  await fs.rename(join(folder, "node_modules", name, "include"), join(folder, "include"));
  await fs.rm(join(folder, "node_modules"), { recursive: true });
  if (!(await hasHeaders(folder))) throw new Error(`${package_} is for another version`);
}

/** Headers of another major version compile and then crash: the ABI number has to be the same. */
async function hasHeaders(folder) {
  const file = join(folder, "include", "node", "node_version.h");
  const text = await fs.readFile(file, "utf8").catch(() => ""); // not there: the next place may have it
  return text.match(/#define NODE_MODULE_VERSION (\d+)/)?.[1] === process.versions.modules;
}
