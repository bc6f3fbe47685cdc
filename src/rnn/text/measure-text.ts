import { countCharacters } from "./count-characters.ts";
import type { Streams } from "./plan-streams.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Bits per character of a loss in nats per token, so that one can be held against another, whatever the tokens are. */
export function measureText(
  loss: number,
  { ids, vocabulary, tail }: { ids: Int32Array; vocabulary: Vocabulary; tail: Streams },
): Record<string, number> {
  const tokens = tail.rows * tail.length;
  const characters = countCharacters(ids.subarray(tail.start + 1, tail.start + 1 + tokens), vocabulary);
  if (characters === 0) return {};
  const bits = { bits_per_character: (loss / Math.LN2) * (tokens / characters) };
  return vocabulary.kind === "character" ? bits : { ...bits, characters_per_token: characters / tokens };
}
