import { spawn } from "node:child_process";

const TAIL_CHARACTERS = 20_000;
const running = new Set();

/** Ends every command still running, with its children; called when the set-up gives up. */
export function endCommands() {
  for (const child of running) endGroup(child, "SIGTERM");
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * Runs a program quietly and resolves to {code, output, timedOut}: never rejects for what the program does.
 * It leads a process group of its own, so that a timeout ends the compilers it started as well.
 */
export function runCommand(program, args, { cwd, env = process.env, timeoutMs = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let timedOut = false;
    const keep = (chunk) => {
      output = (output + chunk).slice(-TAIL_CHARACTERS);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    running.add(child);
    const timer =
      timeoutMs > 0 &&
      setTimeout(() => {
        timedOut = true;
        endGroup(child, "SIGKILL");
      }, timeoutMs);
    const finish = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, timedOut });
    };
    child.once("error", (error) => {
      output += error.message;
      finish(127);
    });
    child.once("close", (code) => finish(code ?? 1));
  });
}

/** The last lines of a program's output that say something: what to show when it failed. */
export function lastLines(output, count = 6) {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}
