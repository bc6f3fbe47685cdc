import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findToolchain } from "../../setup/toolchain.mjs";
import { JsonProcess } from "./json-process.mjs";

const folder = fileURLToPath(new URL("../peak", import.meta.url));

/** The canary: {measure(): GFLOP/s over the threads, isPeak: whether that is the machine's multiply-add peak, stop()}. */
export async function startPeak(threads) {
  const command = await compile(threads).catch(() => [process.execPath, join(folder, "peak.mjs")]);
  const program = await JsonProcess.start("canary", command);
  return {
    isPeak: program.ready.is_peak !== false,
    measure: async () => (await program.ask({})).gflops,
    stop: () => program.stop(),
  };
}

async function compile(threads) {
  const { compiler } = findToolchain();
  if (!compiler) throw new Error("no C++ compiler");
  const build = join(folder, "build");
  await mkdir(build, { recursive: true });
  const program = join(build, "peak");
  const options = ["-std=c++20", "-O3", "-march=native", "-ffp-contract=fast", "-pthread"];
  await promisify(execFile)(compiler, [...options, join(folder, "peak.cc"), "-o", program]);
  return [program, String(threads)];
}
