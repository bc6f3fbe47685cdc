import type { Writable } from "node:stream";

interface Line {
  level: number;
  time: number;
  msg?: string;
  req?: { method: string; url: string };
  res?: { statusCode: number };
  responseTime?: number;
  err?: { stack?: string; message?: string };
}

const levels: Record<number, string> = { 10: "trace", 20: "debug", 30: "info", 40: "WARN", 50: "ERROR", 60: "FATAL" };

/** The log for a person at a terminal: a line for what happened, the rest of each record only where something went wrong. */
export function terminalLog(output: Writable): { write(line: string): void } {
  return {
    write(line) {
      const { level, time, msg, err, ...rest } = JSON.parse(line) as Line;
      const clock = new Date(time).toTimeString().slice(0, 8);
      const facts = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
      output.write(`${clock} ${levels[level] ?? level} ${msg ?? ""}${facts}\n`);
      if (err !== undefined) output.write(`${err.stack ?? err.message}\n`);
    },
  };
}
