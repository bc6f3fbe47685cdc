import type { FaultList } from "./fault-list.ts";

/** A line of two million numbers fits; it is parsed in one go, so it has to end. */
const maximumLineCharacters = 48 * 1024 * 1024;

export interface JsonLine {
  value: unknown;
  /** Of the line in the file. */
  pointer: string;
  /** How a person finds it: `line 3`. */
  name: string;
}

/** A JSON value on each line; empty lines do not count. Adds the faults of each line and goes on. */
export async function* readJsonLines(text: AsyncIterable<string>, faults: FaultList): AsyncGenerator<JsonLine> {
  let number = 0;
  for await (const line of lines(text, faults)) {
    number++;
    if (line.trim() === "") continue;
    const pointer = `/file/row/${number}`;
    const value = parseLine(line, { pointer, number, faults });
    if (value !== undefined) yield { value, pointer, name: `line ${number}` };
  }
}

function parseLine(
  line: string,
  { pointer, number, faults }: { pointer: string; number: number; faults: FaultList },
): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const message = `line ${number}: expected one JSON object, but ${(error as Error).message}`;
    const hint = /\b(NaN|Infinity)\b/.test(line) ? "send null where a value is missing" : "send one object a line";
    faults.add({ pointer, code: "json", message, hint });
    return undefined;
  }
}

async function* lines(text: AsyncIterable<string>, faults: FaultList): AsyncGenerator<string> {
  let pieces: string[] = [];
  let length = 0;
  let number = 1;
  for await (const chunk of text) {
    const parts = chunk.split("\n");
    for (const [index, part] of parts.entries()) {
      pieces.push(part);
      length += part.length;
      if (length > maximumLineCharacters) {
        const message = `line ${number}: expected at most ${maximumLineCharacters} characters a line`;
        faults.stop({
          pointer: `/file/row/${number}`,
          code: "size",
          message,
          hint: "send one series or sequence a line",
        });
      }
      if (index === parts.length - 1) break;
      yield pieces.join("");
      pieces = [];
      length = 0;
      number++;
    }
  }
  if (length > 0) yield pieces.join("");
}
