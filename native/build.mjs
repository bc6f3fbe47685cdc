#!/usr/bin/env node
// Compiles the fused kernels to one Node-API addon, build/unroll.node. Node built-ins only.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "build");

const COMMON = ["-std=c++20", "-O3", "-fPIC", "-pthread", "-fvisibility=hidden", "-Wall", "-Wextra"];
/** Multiply-adds in one instruction where there is one; no errno from maths; comparisons may become min and max. */
export const ARITHMETIC = ["-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"];

// GCC 12 warns of undefined registers in its own header of these instructions (its bug 105593).
const AVX512 = ["-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq", "-mavx2", "-mfma", "-Wno-maybe-uninitialized"];

/** Files whose instructions only some processors have: kernels/choose-kernels.cc asks the processor before it calls them. */
export const TARGETS = {
  "kernels-avx512.cc": AVX512,
  "kernels-bf16-avx512.cc": [...AVX512, "-mavx512bf16"],
  "kernels-avx2.cc": ["-mavx2", "-mfma"],
};

/**
 * Builds the addon against TensorFlow's C API and resolves to its path.
 * `tensorflow` has include/ and lib/; `nodeHeaders` has include/node (undefined: beside node itself, or node-gyp's);
 * `log(text)` gets progress lines. Rejects with an Error that a person can read.
 */
export async function buildNative({ tensorflow, nodeHeaders, log = () => {} }) {
  const include = [here, join(tensorflow, "include"), await findNodeHeaders(nodeHeaders)];
  const sources = await findSources();
  const objects = join(output, "objects");
  await fs.rm(output, { recursive: true, force: true });
  await fs.mkdir(objects, { recursive: true });
  const compilations = sources.map((source) => ({
    source,
    object: join(objects, relative(here, source).replaceAll("/", "-").replace(/\.cc$/, ".o")),
  }));
  log(`compiling ${sources.length} files for ${process.arch}`);
  await inParallel(os.availableParallelism(), compilations, async ({ source, object }) => {
    const target = TARGETS[source.split("/").pop()] ?? [];
    await compiler([
      ...COMMON,
      ...ARITHMETIC,
      ...target,
      ...include.map((folder) => `-I${folder}`),
      "-c",
      source,
      "-o",
      object,
    ]);
  });
  const addon = join(output, "unroll.node");
  await link(
    compilations.map(({ object }) => object),
    join(tensorflow, "lib"),
    addon,
  );
  await fs.rm(objects, { recursive: true });
  log("built the fused kernels");
  return addon;
}

/** Every source of the addon; those for another processor family are left out. */
async function findSources() {
  const entries = await fs.readdir(here, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".cc"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !relative(here, file).startsWith("test/") && !relative(here, file).startsWith("build/"))
    .filter((file) => process.arch === "x64" || !(file.split("/").pop() in TARGETS))
    .sort();
}

async function findNodeHeaders(given) {
  const gyp = join(process.env.npm_config_devdir ?? join(os.homedir(), ".cache", "node-gyp"), process.versions.node);
  const candidates = [given, dirname(dirname(process.execPath)), gyp].filter(Boolean);
  const found = candidates
    .map((folder) => join(folder, "include", "node"))
    .find((folder) => existsSync(join(folder, "node_api.h")));
  if (!found) throw new Error(`node_api.h is in none of ${candidates.join(", ")}`);
  return found;
}

/** TensorFlow's library is not linked but loaded by the addon (ops/tensorflow-library.h), from a path relative to it: the project's folder may move. */
function link(objects, libraries, addon) {
  const [origin, system] =
    process.platform === "darwin"
      ? ["@loader_path", ["-undefined", "dynamic_lookup"]]
      : ["$ORIGIN", ["-ldl", "-Wl,-z,nodelete"]];
  const runPath = `-Wl,-rpath,${origin}/${relative(dirname(addon), libraries)}`;
  return compiler(["-shared", "-pthread", ...objects, runPath, ...system, "-o", addon]);
}

function compiler(options) {
  const [program, ...first] = (process.env.CXX || "g++").split(" ");
  return new Promise((resolve, reject) => {
    execFile(program, [...first, ...options], { maxBuffer: 1 << 26 }, (error, _stdout, stderr) => {
      if (stderr && !error) process.stderr.write(stderr);
      if (!error) return resolve();
      const cause =
        error.code === "ENOENT" ? `there is no ${program}` : (stderr.match(/^.*error.*$/m)?.[0] ?? error.message);
      reject(new Error(cause));
    });
  });
}

async function inParallel(workers, items, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tensorflow = join(here, "..", "node_modules", "@tensorflow", "tfjs-node", "deps");
  console.log(await buildNative({ tensorflow, log: console.log }));
}
