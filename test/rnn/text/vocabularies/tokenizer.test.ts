import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../../src/rnn/random.ts";
import { readVocabulary } from "../../../../src/rnn/text/vocabularies/read-vocabulary.ts";
import { writeTokenizer } from "../../../../src/rnn/text/vocabularies/write-tokenizer.ts";
import type { Vocabulary } from "../../../../src/rnn/text/vocabulary.ts";
import type { Tokenizer } from "../../../../src/schemas/tokenizer.ts";
import { readFixture } from "../../read-fixture.ts";
import { tokenizerSamples } from "./tokenizer-samples.ts";

interface Fixture {
  kind: string;
  tokenizer: Tokenizer;
  cases: { text: string; ids: number[] }[];
}

const fixtures = readFixture<Fixture[]>("tokenizers.json");
let vocabularies: Map<string, Vocabulary>;
beforeAll(async () => {
  vocabularies = new Map((await tokenizerSamples()).map(({ kind, vocabulary }) => [kind, vocabulary]));
});

describe.each(fixtures)("$kind", ({ kind, tokenizer, cases }) => {
  test("is exported as the file that Hugging Face's tokenizers have read", () => {
    expect(writeTokenizer(vocabularies.get(kind)!)).toEqual(tokenizer);
  });

  test("gives the ids that they give, and the text back", () => {
    const vocabulary = vocabularies.get(kind)!;
    for (const { text, ids } of cases) {
      expect({ text, ids: [...vocabulary.encode(text).ids] }).toEqual({ text, ids });
      expect(vocabulary.decode(ids)).toBe(text);
    }
  });

  test("survives JSON", () => {
    const vocabulary = vocabularies.get(kind)!;
    const read = readVocabulary(JSON.parse(JSON.stringify(vocabulary)));
    expect(writeTokenizer(read)).toEqual(tokenizer);
  });
});

test("10,000 random texts come back as they were, in bytes, words and byte pairs", () => {
  const random = new Random(20261124);
  for (let index = 0; index < 10_000; index++) {
    const text = randomText(random);
    for (const kind of ["bpe", "word", "byte"]) {
      const vocabulary = vocabularies.get(kind)!;
      const { ids, unknown } = vocabulary.encode(text);
      if (vocabulary.decode(ids) !== text || unknown.length > 0) expect({ kind, text }).toBe("the same text");
    }
  }
});

/** Of every plane, but more often of those that people write in. */
function randomText(random: Random): string {
  const ranges = [
    [0x00, 0x7f],
    [0x20, 0x7e],
    [0x80, 0x24f],
    [0x300, 0x36f],
    [0x2000, 0x206f],
    [0x4e00, 0x9fff],
    [0x1f300, 0x1faff],
    [0xe000, 0x10ffff],
    [0x00, 0xd7ff],
  ] as const;
  let text = "";
  for (let left = random.integer(24); left > 0; left--) {
    const [from, to] = ranges[random.integer(ranges.length)]!;
    text += String.fromCodePoint(from + random.integer(to - from + 1));
  }
  return text;
}

test("halves of surrogate pairs are named, and have no token", () => {
  expect(vocabularies.get("bpe")!.encode("a\ud83db\udc00\ud83d")).toEqual({
    ids: Int32Array.of(97, 98),
    unknown: ["\ud83d", "\udc00"],
  });
});

test.each([
  ["no kind", {}],
  ["an unknown kind", { kind: "syllable" }],
  ["no words", { kind: "word" }],
  ["one word twice", { kind: "word", words: ["ab", "ab"] }],
  ["a merge of what is not there yet", { kind: "bpe", merges: [[97, 256]] }],
  ["a merge of three", { kind: "bpe", merges: [[97, 98, 99]] }],
  ["a merge of halves", { kind: "bpe", merges: [[97, 0.5]] }],
])("%s is no vocabulary", (_, value) => {
  expect(() => readVocabulary(value)).toThrow(/expected a vocabulary/);
});
