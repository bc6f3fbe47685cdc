import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { addonProblem } from "./addon-loads.mjs";
import { hashTree } from "./hash-tree.mjs";
import { placeFile } from "./place-file.mjs";
import { platformKey } from "./platform.mjs";
import { SetupFailure } from "./setup-failure.mjs";
import { requireToolchain } from "./toolchain.mjs";
import { tensorflowVersion } from "./wheel.mjs";

const MEND = "Mend native/ and run: npm run setup";

/**
 * The fused kernels of native/: from the cache, or built now. The contract with native/build.mjs:
 *
 *   export async function buildNative({ tensorflow, nodeHeaders, log }) -> absolute path of the addon
 *
 * `tensorflow` is the folder with include/ and lib/ (tfjs-node's deps: link by a path relative to the addon, the clone
 * may move), `nodeHeaders` the folder with include/node (undefined: ask node-gyp), `log(text)` prints a progress line.
 * The addon is one Node-API file below native/build/ that loads by itself, in any order with tfjs-node's; a failure is
 * an Error whose message can be shown to a person.
 */
export async function provideNative({ cache, paths, progress, toolchain, nodeHeaders }) {
  const name = `native-${await hashTree(paths.native, ["build", "test"])}-tensorflow-${tensorflowVersion}-${platformKey()}`;
  const output = join(paths.native, "build");
  const cached = await cache.find(name);
  if (cached && (await restore(cached, output))) return "fused kernels";
  await cache.remove(name);
  requireToolchain(toolchain, "the fused kernels of native/");
  const addon = await progress.step("compiling the fused kernels", () => build(paths, progress, nodeHeaders));
  const problem = addon.startsWith(output) ? await addonProblem(addon) : `${addon} is not below native/build`;
  if (problem) throw new SetupFailure("compile_failed", `The fused kernels do not load: ${problem}.`, MEND);
  await cache.findOrMake(name, (folder) => placeFile(addon, join(folder, relative(output, addon))));
  return "fused kernels";
}

/** Whether there are fused kernels to build in this version of the project. */
export const hasNative = (paths) => existsSync(join(paths.native, "build.mjs"));

async function build(paths, progress, nodeHeaders) {
  const { buildNative } = await import(pathToFileURL(join(paths.native, "build.mjs")).href);
  try {
    return await buildNative({
      tensorflow: paths.deps,
      nodeHeaders: await nodeHeaders(),
      log: (text) => progress.say(`native: ${text}`),
    });
  } catch (error) {
    throw new SetupFailure("compile_failed", `The fused kernels did not compile (${error.message}).`, MEND);
  }
}

async function restore(cached, output) {
  const addon = await findAddon(cached);
  if (!addon) return false;
  const place = join(output, relative(cached, addon));
  await placeFile(addon, place);
  return !(await addonProblem(place));
}

/** The addon below a folder, native/build in a clone or its place in the cache; undefined when there is none. */
export async function findAddon(folder) {
  const names = await fs.readdir(folder, { recursive: true }).catch(() => []); // nothing built yet
  const name = names.find((entry) => entry.endsWith(".node"));
  return name && join(folder, name);
}
