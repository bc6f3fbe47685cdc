import { ByteVocabulary, byteCount } from "./byte-vocabulary.ts";
import { countPieces } from "./count-pieces.ts";

/** Whole words, the others spelled in bytes. `words`: distinct pieces of a text, of two bytes or more, in the order of their ids. */
export function createWordVocabulary(words: readonly string[]): ByteVocabulary {
  const ids = new Map(words.map((word, index) => [word, Int32Array.of(byteCount + index)]));
  return new ByteVocabulary({
    kind: "word",
    tokens: words.map((word) => Buffer.from(word)),
    encodePiece: (piece) => ids.get(piece) ?? Buffer.from(piece),
    description: { kind: "word", words: [...words] },
  });
}

/** The words that occur most often, twice at least; of those as frequent the one first in the text. `size`: tokens at most, with the bytes. */
export function chooseWords(text: string, size: number): string[] {
  return [...countPieces(text)]
    .filter(([word, count]) => count > 1 && (word.length > 1 || word > "\u007f")) // others are a byte
    .sort(([, first], [, second]) => second - first)
    .slice(0, size - byteCount)
    .map(([word]) => word);
}
