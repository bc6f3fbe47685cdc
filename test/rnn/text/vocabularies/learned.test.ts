import { expect, test } from "vitest";
import { tokenNames } from "../../../../src/rnn/text/token-names.ts";
import { createBytePairVocabulary } from "../../../../src/rnn/text/vocabularies/byte-pair-vocabulary.ts";
import { learnMerges } from "../../../../src/rnn/text/vocabularies/learn-merges.ts";
import { splitPieces } from "../../../../src/rnn/text/vocabularies/split-pieces.ts";
import { chooseWords, createWordVocabulary } from "../../../../src/rnn/text/vocabularies/word-vocabulary.ts";

const noPause = async () => {};
const [a, b, c, d] = [97, 98, 99, 100] as const;

test("pieces: words with the space before them, numbers by three digits, signs, white space", () => {
  expect(splitPieces("The cat's 12345 mice,  (don't)\n\n x")).toEqual([
    ...["The", " cat's", " 123", "45", " mice", ",", " ", " (", "don't", ")", "\n\n", " x"],
  ]);
  expect(splitPieces("hi👍🏽❤️!")).toEqual(["hi", "👍🏽❤️!"]);
  expect(splitPieces("a".repeat(70)).map(({ length }) => length)).toEqual([32, 32, 6]);
});

test("merges by hand: the most frequent pair first, of those as frequent the one of the smallest ids, none across pieces", async () => {
  // Sennrich et al.: "aaabdaaabac". aa 4 times, counted where they overlap; then aaa-b... each pair's count after each merge by hand.
  const merges = await learnMerges("aaabdaaabac", 300, noPause);
  // aa: 4. Then Xa (X = aa) and ab: 2 each, ab has the smaller ids; then X-ab, 2. Then nothing occurs twice.
  expect(merges).toEqual([
    [a, a],
    [a, b],
    [256, 257],
  ]);
  const vocabulary = createBytePairVocabulary(merges);
  expect([...vocabulary.encode("aaabdaaabac").ids]).toEqual([258, d, 258, a, c]);
  // b is followed by a space twice, and yet no token holds the two.
  expect(await learnMerges("ab ab", 300, noPause)).toEqual([[a, b]]);
});

test("two ways to one token are one id", async () => {
  // ab and bc are merged apart; a-bc and ab-c are both "abc".
  const merges: [number, number][] = [
    [b, c],
    [a, b],
    [a, 256],
    [257, c],
  ];
  const vocabulary = createBytePairVocabulary(merges);
  expect(vocabulary.size).toBe(259);
  expect([...vocabulary.encode("abc").ids]).toEqual([258]);
});

test("merges stop at the size asked for, or where nothing occurs twice", async () => {
  const text = "the cat sat on the mat and the cat ran to the hat ".repeat(10);
  expect(createBytePairVocabulary(await learnMerges(text, 260, noPause)).size).toBe(260);
  expect(await learnMerges("abc", 1000, noPause)).toEqual([]);
});

test("words: the most frequent ones, twice at least; others in bytes", () => {
  const words = chooseWords("the cat the dog the cat a bird.\n", 1000);
  expect(words).toEqual([" cat", " the"]); // as often, and first; "the" itself is there once
  expect(chooseWords("the cat the dog the cat", 257)).toEqual([" cat"]);
  const vocabulary = createWordVocabulary(words);
  const { ids, unknown } = vocabulary.encode("a cat, the é");
  expect([...ids]).toEqual([97, 256, 44, 257, 32, 0xc3, 0xa9]);
  expect(unknown).toEqual([]);
  expect(vocabulary.decode(ids)).toBe("a cat, the é");
});

test("tokens have names, bytes that are no whole character too", () => {
  const names = tokenNames(createBytePairVocabulary([[0xe2, 0x82]]));
  expect([names[97], names[0xe2], names[256]]).toEqual(["a", "<0xE2>", "<0xE2><0x82>"]);
});
