import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";

const toldFlags = [
  "sse4_2",
  "avx",
  "avx2",
  "fma",
  "avx512f",
  "avx512bw",
  "avx512_vnni",
  "avx512_bf16",
  "amx_tile",
  "asimd",
  "sve",
];

/** Where a result comes from, without anything that names the machine itself. */
export async function describeMachine(root) {
  const information = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(information)?.[1]?.trim().split(" "));
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown processor",
    cores: os.availableParallelism(),
    flags: toldFlags.filter((flag) => flags.has(flag)),
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    commit: await commitOf(root),
  };
}

async function commitOf(root) {
  const git = (...args) => promisify(execFile)("git", ["-C", root, ...args]).then(({ stdout }) => stdout.trim());
  try {
    return {
      id: await git("rev-parse", "HEAD"),
      isClean: (await git("status", "--porcelain", "src", "native")) === "",
    };
  } catch {
    return null; // not a clone
  }
}
