import { readFile } from "node:fs/promises";
import { appError } from "../../errors.ts";
import { Vocabulary } from "./vocabulary.ts";

export interface EncodedText {
  vocabulary: Vocabulary;
  ids: Int32Array;
}

/** A stored text as token ids, and the vocabulary that it makes; throws dataset_invalid for one that nothing can be learned from. */
export async function readText(filePath: string): Promise<EncodedText> {
  const text = await readFile(filePath, "utf8");
  const vocabulary = Vocabulary.of(text);
  if (vocabulary.size < 2) {
    const found = vocabulary.size === 0 ? "an empty text" : `only ${JSON.stringify(vocabulary.characters[0])}`;
    throw appError("dataset_invalid", `expected a text of at least two different characters, got ${found}`);
  }
  return { vocabulary, ids: vocabulary.encode(text).ids };
}
