import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../setup/find-program.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";

const folder = fileURLToPath(new URL("peers", import.meta.url));

const environments = {
  networks: { name: ".venv", requirements: "requirements.txt", variable: "UNROLL_BENCH_PYTHON" },
  forecasters: {
    name: ".venv-forecast",
    requirements: "requirements-forecast.txt",
    variable: "UNROLL_BENCH_FORECAST_PYTHON",
  },
};

/**
 * The Python that runs the peers: in an environment in bench/peers, made and filled from its requirements when they have changed, or the
 * one that the variable names. Throws an Error with the cause where there is none.
 */
export async function peersPython({ say, peers = "networks", env = process.env }) {
  const { name, requirements, variable } = environments[peers];
  if (env[variable]) return env[variable];
  const environment = join(folder, name);
  const python = join(environment, "bin", "python");
  const stamp = join(environment, "requirements.sha256");
  const wanted = createHash("sha256")
    .update(await readFile(join(folder, requirements)))
    .digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted) return python;

  const system = findProgram(["python3", "python"], env.PATH);
  if (!system) throw new Error("no Python on the PATH");
  say(`installing the peers into bench/peers/${name} (once; some minutes)`);
  await rm(environment, { recursive: true, force: true });
  await must(system, ["-m", "venv", environment]);
  await must(python, ["-m", "pip", "install", "--quiet", "-r", join(folder, requirements)]);
  await writeFile(stamp, wanted);
  return python;
}

async function must(program, args) {
  const { code, output } = await runCommand(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${lastLines(output)}`);
}
