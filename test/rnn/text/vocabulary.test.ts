import { expect, test } from "vitest";
import { Vocabulary } from "../../../src/rnn/text/vocabulary.ts";

test("holds code points in order, whatever the order of the text", () => {
  expect(Vocabulary.of("héllo 🙂\n").characters).toEqual(["\n", " ", "h", "l", "o", "é", "🙂"]);
  expect(Vocabulary.of("\n🙂 olléh")).toEqual(Vocabulary.of("héllo 🙂\n"));
});

test("encodes and decodes; a character beyond 16 bits is one token", () => {
  const vocabulary = Vocabulary.of("ab🙂");
  const { ids, unknown } = vocabulary.encode("b🙂a");
  expect([...ids]).toEqual([1, 2, 0]);
  expect(unknown).toEqual([]);
  expect(vocabulary.decode(ids)).toBe("b🙂a");
});

test("names each unknown character once", () => {
  expect(Vocabulary.of("ab").encode("axbyx🙂")).toEqual({ ids: new Int32Array([0, 1]), unknown: ["x", "y", "🙂"] });
});

test("survives JSON, and refuses what is no vocabulary", () => {
  const vocabulary = Vocabulary.of("één 🙂");
  expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))).toEqual(vocabulary);
  for (const bad of [undefined, "ab", [], ["a", "a"], ["ab"], [1]]) {
    expect(() => Vocabulary.fromJSON(bad)).toThrow("distinct single characters");
  }
});
