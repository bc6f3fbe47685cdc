import { createReadStream } from "node:fs";
import { TextStatistics } from "./text-statistics.ts";

/** Every character of a stored text once, in order of their code points. */
export async function readCharacters(path: string): Promise<string[]> {
  const statistics = new TextStatistics();
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const text = rest + (chunk as string);
    // A surrogate pair stays whole.
    const last = text.charCodeAt(text.length - 1);
    rest = last >= 0xd800 && last < 0xdc00 ? text.slice(-1) : "";
    statistics.add(rest === "" ? text : text.slice(0, -1));
  }
  return statistics.characters();
}
