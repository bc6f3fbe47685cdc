import { readFile } from "node:fs/promises";
import { appError } from "../../errors.ts";
import type { TrainingSpec } from "../../schemas/training-run.ts";
import { readCheckpoint } from "../checkpoint.ts";
import { Vocabulary } from "./vocabulary.ts";

export interface EncodedText {
  vocabulary: Vocabulary;
  ids: Int32Array;
  /** What it learned before and must not forget; null where there is none. */
  oldIds: Int32Array | null;
}

/**
 * A stored text as token ids, with the vocabulary that it makes; or, where the run begins with a checkpoint, with that one's,
 * grown if the settings say so. Throws dataset_invalid for a text that nothing can be learned from, validation_failed for
 * characters that the checkpoint has never seen.
 */
export async function readText(spec: TrainingSpec): Promise<EncodedText> {
  const text = await readFile(spec.dataset.path, "utf8");
  const own = Vocabulary.of(text);
  if (own.size < 2) {
    const found = own.size === 0 ? "an empty text" : `only ${JSON.stringify(own.characters[0])}`;
    throw appError("dataset_invalid", `expected a text of at least two different characters, got ${found}`);
  }
  const known = await knownVocabulary(spec);
  if (known === null) return { vocabulary: own, ids: own.encode(text).ids, oldIds: null };
  const vocabulary = spec.training.init_from?.grow_vocabulary ? known.grow(text) : known;
  const oldPath = spec.origin?.oldDataset?.path;
  const oldText = oldPath === undefined ? null : await readFile(oldPath, "utf8");
  return {
    vocabulary,
    ids: encode(text, vocabulary, "dataset"),
    oldIds: oldText === null ? null : encode(oldText, vocabulary, "old_dataset"),
  };
}

/** The run's own checkpoint holds it too, so that a resumed run needs no other file. */
async function knownVocabulary({ origin, resumeFrom }: TrainingSpec): Promise<Vocabulary | null> {
  if (!origin) return null;
  const { description } = await readCheckpoint(resumeFrom ?? origin.path);
  return Vocabulary.fromJSON(description.taskDescription.vocabulary);
}

function encode(text: string, vocabulary: Vocabulary, name: string): Int32Array {
  const { ids, unknown } = vocabulary.encode(text);
  if (unknown.length === 0) return ids;
  const shown = unknown.slice(0, 40).map((character) => JSON.stringify(character));
  const message = `the ${name} holds characters that the checkpoint has never seen: ${shown.join(" ")}`;
  const hint = "set init_from.grow_vocabulary";
  throw appError("validation_failed", `${message} (${hint})`, {
    errors: [{ pointer: "/training/init_from", code: "conflict", message, value: unknown, hint }],
  });
}
