import fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { addonProblem } from "./addon-loads.mjs";
import { rebuild } from "./node-gyp.mjs";
import { placeFile } from "./place-file.mjs";
import { platformKey } from "./platform.mjs";
import { SetupFailure } from "./setup-failure.mjs";
import { requireToolchain } from "./toolchain.mjs";
import { tensorflowVersion } from "./wheel.mjs";

const WHAT = "tfjs-node's binding to TensorFlow";
const NODE_API = 8;
const FILE = "tfjs_binding.node";

/** The binding's name in the cache. Node-API keeps its binary interface: one binding serves every Node.js version. */
export async function bindingName(paths) {
  const { version } = JSON.parse(await fs.readFile(join(paths.tfjsNode, "package.json"), "utf8"));
  return `tfjs-binding-${version}-tensorflow-${tensorflowVersion}-${platformKey()}-napi${NODE_API}`;
}

/** Puts tfjs-node's binding to the linked library in its place: from the cache, or compiled now. */
export async function provideTfjsBinding({ cache, paths, progress, toolchain, nodeHeaders }) {
  const name = await bindingName(paths);
  const cached = await cache.find(name);
  if (cached) {
    await placeFile(join(cached, FILE), paths.binding);
    if (!(await addonProblem(paths.binding))) return;
    await cache.remove(name);
  }
  requireToolchain(toolchain, WHAT);
  await progress.step("compiling tfjs-node's binding to TensorFlow", async () => compile(paths, await nodeHeaders()));
  const problem = await addonProblem(paths.binding);
  if (problem)
    throw new SetupFailure(
      "compile_failed",
      `tfjs-node's binding does not load: ${problem}.`,
      "Delete node_modules and run: npm run setup",
    );
  await cache.findOrMake(name, (folder) => fs.copyFile(paths.binding, join(folder, FILE)));
}

async function compile(paths, nodeHeaders) {
  await rebuild({
    paths,
    nodeHeaders,
    folder: paths.tfjsNode,
    what: WHAT,
    options: [
      "--module_name=tfjs_binding",
      `--module_path=${dirname(paths.binding)}`,
      `--napi_build_version=${NODE_API}`,
    ],
  });
  await fs.rm(join(paths.tfjsNode, "build"), { recursive: true, force: true });
}
