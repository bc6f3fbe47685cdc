import { existsSync } from "node:fs";
import { findProgram } from "./find-program.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/** How to call npm: the one that started us, else the one on the PATH. */
export function findNpm(env = process.env) {
  const started = env.npm_execpath;
  if (started?.endsWith("npm-cli.js") && existsSync(started)) return [process.execPath, started];
  const program = findProgram(["npm"], env.PATH);
  if (program) return [program];
  throw new SetupFailure(
    "npm_missing",
    "npm is not on the PATH.",
    "Install Node.js with npm and run the command again.",
  );
}
