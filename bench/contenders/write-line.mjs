import { writeSync } from "node:fs";

/** One line of JSON on standard output, gone when this returns. */
export function writeLine(message) {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
