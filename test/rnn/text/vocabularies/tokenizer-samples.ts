import { createBytePairVocabulary } from "../../../../src/rnn/text/vocabularies/byte-pair-vocabulary.ts";
import { createByteVocabulary } from "../../../../src/rnn/text/vocabularies/byte-vocabulary.ts";
import { CharacterVocabulary } from "../../../../src/rnn/text/vocabularies/character-vocabulary.ts";
import { learnMerges } from "../../../../src/rnn/text/vocabularies/learn-merges.ts";
import { chooseWords, createWordVocabulary } from "../../../../src/rnn/text/vocabularies/word-vocabulary.ts";
import type { Vocabulary } from "../../../../src/rnn/text/vocabulary.ts";

/** To learn from: words, numbers, marks, other scripts, emoji of several code points. */
export const learningText = [
  "The cat doesn't see the moon; the moon, at 12:45, sees the cat. The cats' cat isn't 1,234 cats.\n",
  "Ein Käfer küßt große Käse. Cafe\u0301 cafe\u0301 café — naïve, “naïve”.\r\n\r\n",
  "\tif (x == 10) { return x != 100; }  // the cat\n\n\n    the moon   \n",
  "東京タワーと東京駅。東京は東京です。你好，世界！你好。안녕하세요 세계 안녕\n",
  "👩‍👩‍👧‍👦 and 👩‍👩‍👧‍👦, 👍🏽👍🏽👍🏽 🇩🇪🇫🇷🇩🇪 ❤️❤️ 😀😀😀 1️⃣2️⃣\n",
  "हिन्दी हिन्दी नमस्ते। שלום שלום، مرحبا مرحبا Ωμέγα Ωμέγα привет привет\n",
]
  .join("")
  .repeat(3);

const texts = [
  "",
  " ",
  "a",
  "The cat sees the moon.",
  "the   cat\t\tsees \n\n the moon  ",
  "\u00a0\u2003\u3000 x\u0085y\u2028z\ufeff",
  "it's 'tis o'clock’s rock’n’roll''s",
  "1234567 12:45 3.14159 ٣٤",
  "e\u0301e\u0301\u0302\u0323 cafe\u0301",
  "👩‍👩‍👧‍👦👍🏽🇩🇪🇫🇷❤️1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "東京タワー、你好。안녕 각",
  "हिन्दी नमस्ते שלום مرحبا",
  "!!!???...---===[[{{\\\\//",
  `${"a".repeat(100)} ${"=".repeat(70)}${" ".repeat(70)}b`,
  "\u0000\u0001\u007f\u{10ffff}\ue000\ufffd",
];

/** A vocabulary of each kind learned from the text, and what to encode with it. */
export async function tokenizerSamples(): Promise<{ kind: string; vocabulary: Vocabulary; texts: string[] }[]> {
  const merges = await learnMerges(learningText, 600, async () => {});
  const characters = CharacterVocabulary.of(learningText);
  return [
    { kind: "bpe", vocabulary: createBytePairVocabulary(merges), texts },
    { kind: "word", vocabulary: createWordVocabulary(chooseWords(learningText, 400)), texts },
    { kind: "byte", vocabulary: createByteVocabulary(), texts },
    {
      kind: "character",
      vocabulary: characters,
      texts: texts.map((text) => [...text].filter((one) => characters.characters.includes(one)).join("")),
    },
  ];
}
