import { TokenWriter } from "./token-writer.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The text of tokens, but for bytes at the end that begin a character and do not finish it. Throws RangeError for an id outside of the vocabulary. */
export function decodeTokens(ids: Iterable<number>, vocabulary: Pick<Vocabulary, "text" | "bytes">): string {
  const writer = new TokenWriter(vocabulary);
  let text = "";
  for (const id of ids) text += writer.push(id);
  return text;
}
