import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Hands every line on, cut to a readable length; a stream that breaks is a process that ended, seen elsewhere. */
export function logStreamLines(stream: Readable | null | undefined, write: (line: string) => void): void {
  if (stream === null || stream === undefined) return;
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    if (line.trim() !== "") write(line.slice(0, 1000));
  });
  lines.on("error", () => lines.close());
}
