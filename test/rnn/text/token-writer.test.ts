import { expect, test } from "vitest";
import { ClusterHolder } from "../../../src/rnn/text/cluster-holder.ts";
import { TokenWriter } from "../../../src/rnn/text/token-writer.ts";
import { createByteVocabulary } from "../../../src/rnn/text/vocabularies/byte-vocabulary.ts";

const vocabulary = createByteVocabulary();
const write = (bytes: Iterable<number>) => {
  const writer = new TokenWriter(vocabulary);
  return Array.from(bytes, (byte) => writer.push(byte));
};

test("a character comes out with its last byte", () => {
  expect(write(Buffer.from("a€😀"))).toEqual(["a", "", "", "€", "", "", "", "😀"]);
});

test("what can be no character is U+FFFD at once, as the web decodes it", () => {
  // WHATWG Encoding, "maximal subpart": one for each byte that no character begins with.
  expect(write([0xff, 0x61])).toEqual(["\ufffd", "a"]);
  expect(write([0xe2, 0x82, 0x61])).toEqual(["", "", "\ufffda"]);
  expect(write([0xe0, 0x80])).toEqual(["", "\ufffd\ufffd"]); // longer than it need be
  expect(write([0xed, 0xa0, 0x80])).toEqual(["", "\ufffd\ufffd", "\ufffd"]); // half of a surrogate pair
  expect(write([0xf0, 0x9f, 0xe2, 0x82, 0xac])).toEqual(["", "", "\ufffd", "", "€"]);
});

test("the text of all 65,536 pairs of bytes and their ends is that of one decoder", () => {
  const decoder = new TextDecoder();
  for (let pair = 0; pair < 65_536; pair++) {
    const bytes = [pair >> 8, pair & 255, 0x80, 0x41];
    if (write(bytes).join("") !== decoder.decode(Uint8Array.from(bytes))) expect(bytes).toBe("decoded alike");
  }
});

const hold = (text: string) => {
  const holder = new ClusterHolder();
  return [...Array.from(text, (character) => holder.push(character)), holder.flush()].filter((part) => part !== "");
};

test("a sign comes out whole: marks, families, flags, skin, keycaps, line ends", () => {
  const signs = ["e\u0301", "👩‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "👍🏽", "1️⃣", "\r\n", "각", "क्षि", "a"];
  expect(hold(signs.join(""))).toEqual(signs);
});

test("a text that piles mark on mark is let go", () => {
  const parts = hold(`e${"\u0301".repeat(1000)}`);
  expect(parts.join("")).toHaveLength(1001);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(70);
});
