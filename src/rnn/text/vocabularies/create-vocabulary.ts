import { type TextSettings, usualVocabularySize } from "../../../schemas/vocabulary.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { createBytePairVocabulary } from "./byte-pair-vocabulary.ts";
import { createByteVocabulary } from "./byte-vocabulary.ts";
import type { CharacterVocabulary } from "./character-vocabulary.ts";
import { learnMerges } from "./learn-merges.ts";
import { chooseWords, createWordVocabulary } from "./word-vocabulary.ts";

/** The vocabulary that the settings ask for, characters where there are none. Words and merges are learned from `text`. Awaits `pause` now and then. */
export async function createVocabulary(
  settings: TextSettings | null | undefined,
  { characters, text }: { characters: CharacterVocabulary; text: string },
  pause: () => Promise<void>,
): Promise<Vocabulary> {
  switch (settings?.vocabulary) {
    case "byte":
      return createByteVocabulary();
    case "word":
      return createWordVocabulary(chooseWords(text, settings.vocabulary_size ?? usualVocabularySize.word));
    case "bpe": {
      const size = settings.vocabulary_size ?? usualVocabularySize.bpe;
      return createBytePairVocabulary(await learnMerges(text, size, pause));
    }
    default:
      return characters;
  }
}
