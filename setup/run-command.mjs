import { spawn } from "node:child_process";

const TAIL_CHARACTERS = 20_000;
const running = new Map();

/** Ends every command still running, with its children, and waits until they are gone: nothing may write on behind us. */
export async function endCommands() {
  const ends = [...running].map(([child, ended]) => {
    killGroup(child); // not SIGTERM: npm would begin to put back what it had taken away
    return ended;
  });
  await Promise.all(ends);
}

function killGroup(child) {
  if (child.pid === undefined) return; // it never started
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * Runs a program quietly and resolves to {code, output, timedOut}: never rejects for what the program does.
 * It leads a process group of its own, so that a timeout ends the compilers it started as well.
 */
export function runCommand(program, args, { cwd, env = process.env, timeoutMs = 0 } = {}) {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => {
    let output = "";
    let timedOut = false;
    const keep = (chunk) => {
      output = (output + chunk).slice(-TAIL_CHARACTERS);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const timer =
      timeoutMs > 0 &&
      setTimeout(() => {
        timedOut = true;
        killGroup(child);
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
  running.set(child, ended);
  return ended;
}

/** The last lines of a program's output that say something: what to show when it failed. */
export function lastLines(output, count = 6) {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}

/** What went wrong, in one line: the first error or failed assertion a Node.js program told, else its last line. */
export function errorLine(output) {
  return output.match(/Assertion failed.*|(?<=Error: ).*/)?.[0] ?? lastLines(output, 1);
}
