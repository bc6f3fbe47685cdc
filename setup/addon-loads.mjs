import { errorLine, runCommand } from "./run-command.mjs";

/**
 * Loads a compiled addon in a process of its own (a broken one may end it) and evaluates an expression over `addon`.
 * Resolves to {said}, or to {problem} when it does not load.
 */
export async function addonReport(file, expression = '""') {
  const program = `const addon = require(process.argv[1]); console.log("said:" + (${expression}))`;
  const { code, output } = await runCommand(process.execPath, ["-e", program, file], { timeoutMs: 60_000 });
  if (code === 0) return { said: output.match(/^said:(.*)$/m)?.[1] };
  return { problem: errorLine(output) || `node ended with code ${code}` };
}

/** Undefined when the addon loads, else why not. */
export async function addonProblem(file) {
  return (await addonReport(file)).problem;
}
