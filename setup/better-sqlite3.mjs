import fs from "node:fs/promises";
import { join } from "node:path";
import { rebuild } from "./node-gyp.mjs";
import { headersForObjectWrap } from "./object-wrap.mjs";
import { placeFile } from "./place-file.mjs";
import { platformKey } from "./platform.mjs";
import { mayReach } from "./reachable.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";
import { sqliteProblem } from "./sqlite-survives.mjs";
import { requireToolchain } from "./toolchain.mjs";

const FILE = "better_sqlite3.node";

/** better-sqlite3's addon for this Node.js: from the cache, its published binary, or compiled here (about 100 s). */
export async function provideBetterSqlite3(context) {
  const { cache, paths } = context;
  const manifest = JSON.parse(await fs.readFile(join(paths.sqlitePackage, "package.json"), "utf8"));
  const version = `better-sqlite3 ${manifest.version}`;
  const name = `better-sqlite3-${manifest.version}-${platformKey()}-abi${process.versions.modules}`;
  const cached = await cache.find(name);
  if (cached) {
    await placeFile(join(cached, FILE), paths.sqlite);
    if (!(await sqliteProblem(paths))) return version;
    await cache.remove(name);
  }
  try {
    // An npm that ran install scripts may have built it already.
    const ready = !(await sqliteProblem(paths)) || (await downloadPrebuilt(context, manifest));
    if (!ready) await compile(context, version);
  } catch (error) {
    await fs.rm(paths.sqlite, { force: true }); // one that loads and aborts later must not be found by the service
    throw error;
  }
  await cache.findOrMake(name, (folder) => fs.copyFile(paths.sqlite, join(folder, FILE)));
  return version;
}

/** Its own download of a published binary; false where that cannot be reached or does not load. */
async function downloadPrebuilt({ paths, progress }, manifest) {
  const { hostname } = new URL(manifest.repository.url);
  if (!(await mayReach(hostname))) return false;
  return progress.step("asking for better-sqlite3's published binary", async () => {
    const { code } = await runCommand(process.execPath, [join(paths.modules, "prebuild-install", "bin.js")], {
      cwd: paths.sqlitePackage,
      timeoutMs: 60_000,
    });
    return code === 0 && !(await sqliteProblem(paths));
  });
}

async function compile(context, version) {
  const { paths, progress } = context;
  requireToolchain(context.toolchain, version);
  await progress.step(`compiling ${version} (1 to 2 minutes)`, async () =>
    rebuild({ paths, ...(await headersForObjectWrap(context, version)), folder: paths.sqlitePackage, what: version }),
  );
  const problem = await sqliteProblem(paths);
  if (problem)
    throw new SetupFailure(
      "compile_failed",
      `${version} does not work in Node.js ${process.version}: ${problem}.`,
      "Delete node_modules and run: npm run setup",
    );
  await keepOnly(join(paths.sqlitePackage, "build"), paths.sqlite);
}

/** The object files are 40 times the addon's size. */
async function keepOnly(folder, file) {
  const kept = await fs.readFile(file);
  await fs.rm(folder, { recursive: true });
  await fs.mkdir(join(folder, "Release"), { recursive: true });
  await fs.writeFile(file, kept, { mode: 0o755 });
}
