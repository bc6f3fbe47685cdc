import type { TextSettings } from "../schemas/vocabulary.ts";

/** What a reader calls one token of a text model; characters where nothing is said. */
export function tokenName(text: TextSettings | null | undefined): string {
  const kind = text?.vocabulary ?? "character";
  return kind === "bpe" ? "byte-pair token" : kind;
}
