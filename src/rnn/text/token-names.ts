import type { Vocabulary } from "./vocabulary.ts";

/** A name for each token: its text, and each byte of a token that is no whole text as `<0xE2>`. */
export function tokenNames(vocabulary: Vocabulary): string[] {
  return Array.from({ length: vocabulary.size }, (_, id) => {
    return vocabulary.text(id) ?? Array.from(vocabulary.bytes(id), byteName).join("");
  });
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
