import { expect, test } from "vitest";
import { ngramBaselines } from "../../../src/rnn/text/ngram-baselines.ts";

const noPause = async () => {};
const idsOf = (text: string) => Int32Array.from(text, (character) => character.charCodeAt(0) - 97);

test("Witten-Bell by hand: a b a b a | b a", async () => {
  const split = { ids: idsOf("ababa".concat("ba")), vocabularySize: 2, trainingLength: 5 };
  const bits = await ngramBaselines(split, noPause);
  // Order 1: a was seen 3 of 5 times, 2 kinds: (3 + 2 / 2) / 7. Only the last character counts: the first of the tail has no label.
  const first = 4 / 7;
  expect(bits.ngram_1_bits_per_character).toBeCloseTo(-Math.log2(first), 12);
  // Order 2: after b came a, 2 of 2 times, 1 kind.
  const second = (2 + first) / 3;
  expect(bits.ngram_2_bits_per_character).toBeCloseTo(-Math.log2(second), 12);
  // Order 3: after ab came a, 2 of 2 times.
  expect(bits.ngram_3_bits_per_character).toBeCloseTo(-Math.log2((2 + second) / 3), 12);
});

test("longer contexts help where the text repeats, and never say that something is impossible", async () => {
  const text = "the quick brown fox jumps over the lazy dog and runs ".replaceAll(" ", "").repeat(40);
  const ids = idsOf(`${text}zzzq`);
  const bits = await ngramBaselines({ ids, vocabularySize: 26, trainingLength: 1400 }, noPause);
  const values = Object.values(bits);
  expect(values).toHaveLength(6);
  expect(values.every(Number.isFinite)).toBe(true);
  expect(bits.ngram_6_bits_per_character).toBeLessThan(bits.ngram_1_bits_per_character! / 4);
});
