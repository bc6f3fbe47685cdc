import { readFile } from "node:fs/promises";
import { appError } from "../../errors.ts";
import type { TrainingSpec } from "../../schemas/training-run.ts";
import { readCheckpoint } from "../checkpoint.ts";
import { cutTail, type TextParts } from "./cut-tail.ts";
import { CharacterVocabulary } from "./vocabularies/character-vocabulary.ts";
import { createVocabulary } from "./vocabularies/create-vocabulary.ts";
import { readVocabulary } from "./vocabularies/read-vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A text as token ids, its validation tail behind the part that is trained on. */
export interface TokenSplit {
  ids: Int32Array;
  /** Tokens before the tail. */
  trainingLength: number;
}

export interface EncodedText {
  vocabulary: Vocabulary;
  text: TokenSplit;
  /** What it learned before and must not forget; null where there is none. */
  old: TokenSplit | null;
  /** The text in characters, whatever its tokens are: what n-grams are counted from. */
  characters(): TokenSplit & { vocabularySize: number };
}

/**
 * A stored text as token ids, with the vocabulary that its training part makes; or, where the run begins with a checkpoint, with
 * that one's, grown if the settings say so. The tail is the same text whatever the tokens are. Throws dataset_invalid for a text
 * that nothing can be learned from, validation_failed for characters that the checkpoint has never seen.
 */
export async function readText(spec: TrainingSpec, pause: () => Promise<void>): Promise<EncodedText> {
  const text = await readFile(spec.dataset.path, "utf8");
  const own = CharacterVocabulary.of(text);
  if (own.size < 2) {
    const found = own.size === 0 ? "an empty text" : `only ${JSON.stringify(own.characters[0])}`;
    throw appError("dataset_invalid", `expected a text of at least two different characters, got ${found}`);
  }
  const { validation_fraction: fraction = 0, init_from: from } = spec.training;
  const parts = cutTail(text, fraction);
  const known = await knownVocabulary(spec);
  const vocabulary = known ?? (await createVocabulary(spec.text, { characters: own, text: parts.training }, pause));
  const full = from?.grow_vocabulary ? vocabulary.grow(text) : vocabulary;
  const oldPath = spec.origin?.oldDataset?.path;
  const old = oldPath === undefined ? null : cutTail(await readFile(oldPath, "utf8"), fraction);
  const split = encodeParts(parts, full, "dataset");
  return {
    vocabulary: full,
    text: split,
    old: old === null ? null : encodeParts(old, full, "old_dataset"),
    characters: () => {
      if (full.kind === "character") return { ...split, vocabularySize: full.size };
      return { ...encodeParts(parts, own, "dataset"), vocabularySize: own.size };
    },
  };
}

/**
 * The one of the checkpoint that the run begins with. The run's own checkpoint holds it too, so that a resumed run needs no other
 * file, and learns words and merges once only.
 */
async function knownVocabulary({ origin, resumeFrom, text }: TrainingSpec): Promise<Vocabulary | null> {
  const isLearned = text?.vocabulary === "word" || text?.vocabulary === "bpe";
  const path = origin ? (resumeFrom ?? origin.path) : isLearned ? resumeFrom : null;
  if (path === null) return null;
  const { description } = await readCheckpoint(path);
  return readVocabulary(description.taskDescription.vocabulary);
}

function encodeParts({ training, tail }: TextParts, vocabulary: Vocabulary, name: string): TokenSplit {
  const [first, second] = [vocabulary.encode(training), vocabulary.encode(tail)];
  const unknown = [...new Set([...first.unknown, ...second.unknown])];
  if (unknown.length > 0) throw unknownCharacters(unknown, name);
  const ids = new Int32Array(first.ids.length + second.ids.length);
  ids.set(first.ids);
  ids.set(second.ids, first.ids.length);
  return { ids, trainingLength: first.ids.length };
}

function unknownCharacters(unknown: string[], name: string) {
  const shown = unknown.slice(0, 40).map((character) => JSON.stringify(character));
  const message = `the ${name} holds characters that the checkpoint has never seen: ${shown.join(" ")}`;
  const hint = "set init_from.grow_vocabulary";
  return appError("validation_failed", `${message} (${hint})`, {
    errors: [{ pointer: "/training/init_from", code: "conflict", message, value: unknown, hint }],
  });
}
