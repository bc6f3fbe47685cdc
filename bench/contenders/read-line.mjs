import { readSync } from "node:fs";

let pending = "";
const chunk = Buffer.alloc(65536);

/** The next line of standard input, waiting for it with the whole thread; null at the end. For code that cannot wait in any other way. */
export function readLine() {
  for (;;) {
    const end = pending.indexOf("\n");
    if (end >= 0) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      return line;
    }
    const bytes = readSync(0, chunk);
    if (bytes === 0) return null;
    pending += chunk.toString("utf8", 0, bytes);
  }
}
