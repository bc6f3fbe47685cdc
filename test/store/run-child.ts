import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

export interface Child {
  process: ChildProcess;
  /** The next line of its output; null when that has ended. */
  line(): Promise<string | null>;
  /** SIGKILL; returns the lines that came before the end. */
  kill(): Promise<string[]>;
}

/** Runs a TypeScript file of `children` in a process of its own, ended at the latest with the test. */
export function runChild(file: string, values: string[]): Child {
  const root = join(import.meta.dirname, "..", "..");
  const script = join(import.meta.dirname, "children", file);
  const child = spawn(process.execPath, ["--import", "./test/typescript-loader.mjs", script, ...values], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => {
    const next = await lines.next();
    return next.done ? null : next.value;
  };
  const kill = async () => {
    const ended = once(child, "exit");
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await ended;
    }
    const rest: string[] = [];
    for (let text = await line(); text !== null; text = await line()) rest.push(text);
    return rest;
  };
  onTestFinished(async () => {
    await kill();
  });
  return { process: child, line, kill };
}
