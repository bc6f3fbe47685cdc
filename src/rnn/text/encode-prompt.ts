import { appError, type ErrorDetail } from "../../errors.ts";
import type { Vocabulary } from "./vocabulary.ts";

const MAXIMUM_ERRORS = 20;
const LISTED_CHARACTERS = 120;

/** The token ids of a prompt, which came at `pointer`; throws prompt_characters_unknown with an error for each character that the model has never seen. */
export function encodePrompt(prompt: string, vocabulary: Vocabulary, pointer = "/prompt"): Int32Array {
  const { ids, unknown } = vocabulary.encode(prompt);
  if (unknown.length === 0) return ids;
  const named = unknown.slice(0, MAXIMUM_ERRORS);
  const places = firstPlaces(prompt);
  const hint =
    vocabulary.characters === null
      ? "The model knows every character; this is half of one"
      : `The model knows ${listed(vocabulary.characters)}`;
  const errors = named.map<ErrorDetail>((character) => ({
    pointer,
    code: "unknown_character",
    message: `${describe(character)}, first at character ${places.get(character)! + 1}, is not in the vocabulary`,
    value: character,
    hint,
  }));
  const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : "";
  const rule =
    vocabulary.characters === null
      ? "expected whole Unicode characters"
      : `expected only the ${vocabulary.size} characters of the model's vocabulary`;
  throw appError("prompt_characters_unknown", `${rule}, got ${named.map(describe).join(", ")}${more}`, { errors });
}

function firstPlaces(prompt: string): Map<string, number> {
  const places = new Map<string, number>();
  let place = 0;
  for (const character of prompt) {
    if (!places.has(character)) places.set(character, place);
    place += 1;
  }
  return places;
}

/** `"é" (U+00E9)`; what a terminal would not show is escaped. */
function describe(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `"${escaped(character)}" (U+${code})`;
}

function listed(characters: readonly string[]): string {
  const shown = characters.slice(0, LISTED_CHARACTERS).map(escaped).join("");
  const more = characters.length - LISTED_CHARACTERS;
  return `"${shown}"${more > 0 ? ` and ${more} more` : ""}`;
}

/** Control and format characters, lone halves of a pair, and spaces that look like another. */
function escaped(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) return character;
  const short = JSON.stringify(character).slice(1, -1);
  return short.startsWith("\\") ? short : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
