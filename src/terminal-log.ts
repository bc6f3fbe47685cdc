import type { Writable } from "node:stream";

interface Line {
  level: number;
  time: number;
  msg?: string;
  err?: { stack?: string; message?: string };
  [fact: string]: unknown;
}

const levels: Record<number, string> = { 10: "trace", 20: "debug", 30: "", 40: "WARN ", 50: "ERROR ", 60: "FATAL " };

/** The log for a person at a terminal: one line for what happened, and the stack of what went wrong. */
export function terminalLog(output: Writable): { write(line: string): void } {
  return {
    write(line) {
      const { level, time, msg = "", err, ...facts } = JSON.parse(line) as Line;
      const clock = new Date(time).toTimeString().slice(0, 8);
      output.write(
        `${clock} ${levels[level] ?? level}${msg === "request" ? describeRequest(facts) : describe(msg, facts)}\n`,
      );
      if (err !== undefined) output.write(`${err.stack ?? err.message}\n`);
    },
  };
}

function describeRequest({ method, path, status, duration_ms }: Record<string, unknown>): string {
  return `${method} ${path} ${status} ${duration_ms} ms`;
}

function describe(message: string, facts: Record<string, unknown>): string {
  const shown = Object.entries(facts).map(
    ([name, value]) => ` ${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return message + shown.join("");
}
