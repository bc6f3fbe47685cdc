import type { Vocabulary } from "./vocabulary.ts";

/** How many characters begin in these tokens: every byte but those that continue one. */
export function countCharacters(ids: Int32Array, vocabulary: Vocabulary): number {
  if (vocabulary.kind === "character") return ids.length;
  const begun = Int32Array.from({ length: vocabulary.size }, (_, id) => {
    return vocabulary.bytes(id).filter((byte) => byte < 0x80 || byte >= 0xc0).length;
  });
  let characters = 0;
  for (const id of ids) characters += begun[id]!;
  return characters;
}
