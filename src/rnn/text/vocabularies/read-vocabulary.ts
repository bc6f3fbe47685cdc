import { appError } from "../../../errors.ts";
import { largestVocabulary } from "../../../schemas/vocabulary.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { createBytePairVocabulary, type Merge } from "./byte-pair-vocabulary.ts";
import { byteCount, createByteVocabulary } from "./byte-vocabulary.ts";
import { CharacterVocabulary } from "./character-vocabulary.ts";
import { createWordVocabulary } from "./word-vocabulary.ts";

/** The vocabulary that a checkpoint holds; throws checkpoint_corrupt for anything that toJSON does not give. */
export function readVocabulary(value: unknown): Vocabulary {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return CharacterVocabulary.fromJSON(value);
  const { kind, words, merges } = value as { kind?: unknown; words?: unknown; merges?: unknown };
  if (kind === "byte") return createByteVocabulary();
  if (kind === "word" && isWords(words)) return createWordVocabulary(words);
  if (kind === "bpe" && isMerges(merges)) return createBytePairVocabulary(merges);
  throw appError("checkpoint_corrupt", "expected a vocabulary of characters, bytes, words or merges");
}

function isWords(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > largestVocabulary - byteCount) return false;
  return value.every((word) => typeof word === "string" && word !== "") && new Set(value).size === value.length;
}

/** A merge joins what was there before it. */
function isMerges(value: unknown): value is Merge[] {
  if (!Array.isArray(value)) return false;
  return value.every(
    (merge, index) =>
      Array.isArray(merge) &&
      merge.length === 2 &&
      merge.every((id) => Number.isInteger(id) && id >= 0 && id < Math.min(byteCount + index, largestVocabulary)),
  );
}
