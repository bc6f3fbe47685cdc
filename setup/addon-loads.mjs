import { lastLines, runCommand } from "./run-command.mjs";

/** Loads a compiled addon in a process of its own; resolves to undefined, or to why it does not load. */
export async function addonProblem(file) {
  const { code, output } = await runCommand(process.execPath, ["-e", "require(process.argv[1])", file], {
    timeoutMs: 60_000,
  });
  if (code === 0) return undefined;
  return output.match(/^.*Error: (.*)$/m)?.[1] ?? (lastLines(output, 1) || `node ended with code ${code}`);
}
