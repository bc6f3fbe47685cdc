import fs from "node:fs/promises";
import { cacheFolder } from "./cache.mjs";
import { freeMegabytes } from "./disk-space.mjs";
import { finding } from "./finding.mjs";
import { findNpm } from "./npm.mjs";
import { platformKey } from "./platform.mjs";
import { runCommand } from "./run-command.mjs";
import { missingTools } from "./toolchain.mjs";
import { findPip } from "./wheel.mjs";

const FIRST_SETUP_MEGABYTES = 2_500;

/** What the machine has: Node.js, npm, a compiler, pip, disk, the cache. */
export function examineMachine(context) {
  return Promise.all([node(), npm(context), compiler(context), pip(), disk(context), cache(context)]);
}

function node() {
  return finding.ok("Node.js", `${process.versions.node} (${platformKey()}, ABI ${process.versions.modules})`);
}

async function npm({ env }) {
  try {
    const [program, ...first] = findNpm(env);
    const { code, output } = await runCommand(program, [...first, "--version"], { timeoutMs: 20_000 });
    if (code === 0) return finding.ok("npm", output.trim());
    return finding.problem("npm", `does not run: ${output.trim()}`, "Install Node.js with npm.");
  } catch (error) {
    return finding.problem("npm", error.what ?? error.message, error.remedy);
  }
}

async function compiler({ toolchain }) {
  const missing = missingTools(toolchain);
  if (missing.length > 0)
    return finding.notice(
      "compiler",
      `missing: ${missing.join(", ")}`,
      "Without them nothing can be compiled. Debian: apt-get install g++ make python3",
    );
  const { output } = await runCommand(toolchain.compiler, ["--version"], { timeoutMs: 20_000 });
  return finding.ok("compiler", `${output.split("\n")[0]}; ${toolchain.make}; ${toolchain.python}`);
}

async function pip() {
  const call = await findPip();
  if (call) return finding.ok("pip", call.join(" "));
  return finding.notice("pip", "missing", "It fetches TensorFlow's library. Debian: apt-get install python3-pip");
}

async function disk({ paths }) {
  const free = await freeMegabytes(paths.root);
  if (free < FIRST_SETUP_MEGABYTES)
    return finding.notice(
      "disk",
      `${free} MB free`,
      `A first set-up writes about ${FIRST_SETUP_MEGABYTES} MB; free some space.`,
    );
  return finding.ok("disk", `${free} MB free`);
}

async function cache({ env }) {
  const folder = cacheFolder(env);
  try {
    const names = (await fs.readdir(folder)).filter((name) => !name.startsWith("."));
    await fs.access(folder, fs.constants.W_OK);
    return finding.ok("cache", `${folder}: ${names.length === 0 ? "empty" : names.sort().join(", ")}`);
  } catch (error) {
    if (error.code === "ENOENT") return finding.ok("cache", `${folder}: not made yet`);
    return finding.notice("cache", `${folder}: ${error.code}`, "Set XDG_CACHE_HOME to a folder you may write.");
  }
}
