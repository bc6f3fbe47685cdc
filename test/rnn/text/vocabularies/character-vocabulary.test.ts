import { expect, test } from "vitest";
import { CharacterVocabulary } from "../../../../src/rnn/text/vocabularies/character-vocabulary.ts";

test("holds code points in order, whatever the order of the text", () => {
  expect(CharacterVocabulary.of("héllo 🙂\n").characters).toEqual(["\n", " ", "h", "l", "o", "é", "🙂"]);
  expect(CharacterVocabulary.of("\n🙂 olléh")).toEqual(CharacterVocabulary.of("héllo 🙂\n"));
});

test("encodes and decodes; a character beyond 16 bits is one token", () => {
  const vocabulary = CharacterVocabulary.of("ab🙂");
  const { ids, unknown } = vocabulary.encode("b🙂a");
  expect([...ids]).toEqual([1, 2, 0]);
  expect(unknown).toEqual([]);
  expect(vocabulary.decode(ids)).toBe("b🙂a");
});

test("names each unknown character once", () => {
  expect(CharacterVocabulary.of("ab").encode("axbyx🙂")).toEqual({
    ids: new Int32Array([0, 1]),
    unknown: ["x", "y", "🙂"],
  });
});

test("survives JSON, and refuses what is no vocabulary", () => {
  const vocabulary = CharacterVocabulary.of("één 🙂");
  expect(CharacterVocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))).toEqual(vocabulary);
  for (const bad of [undefined, "ab", [], ["a", "a"], ["ab"], [1]]) {
    expect(() => CharacterVocabulary.fromJSON(bad)).toThrow("distinct single characters");
  }
});
