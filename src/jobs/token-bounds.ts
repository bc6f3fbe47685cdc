import type { TextSettings } from "../schemas/vocabulary.ts";

/** Of a token of words or byte pairs: longer ones on average are hardly seen. */
const charactersAToken = 16;
const bytesACharacter = 4;

/** How many tokens a text of so many characters has, before anybody has counted: `least` to plan with, `most` to refuse by. */
export function tokenBounds(
  characters: number,
  text: TextSettings | null | undefined,
): { least: number; most: number } {
  const kind = text?.vocabulary ?? "character";
  if (kind === "character") return { least: characters, most: characters };
  const most = characters * bytesACharacter;
  return { least: kind === "byte" ? characters : Math.ceil(characters / charactersAToken), most };
}
