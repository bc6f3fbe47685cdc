import { type Static, Type } from "typebox";

export const VocabularyKind = Type.Union([
  Type.Literal("character"),
  Type.Literal("byte"),
  Type.Literal("word"),
  Type.Literal("bpe"),
]);
export type VocabularyKind = Static<typeof VocabularyKind>;

const bytes = 256;
export const largestVocabulary = 65_536;
export const usualVocabularySize = { word: 4096, bpe: 1024 } as const;

/** What a text model reads and writes a piece at a time. */
export const TextSettings = Type.Object(
  {
    vocabulary: Type.Union(VocabularyKind.anyOf, {
      default: "character",
      description:
        "What a token is. character: a Unicode code point of the training data; another one in a prompt is refused. byte: a byte of UTF-8, 256 of them. word: one of the data's most frequent words, with the space before it, runs of digits, of signs, of white space; any other is spelled in bytes. bpe: byte pairs merged as long as they are the most frequent ones in the data (byte-level byte-pair encoding). byte, word and bpe read and write every text.",
    }),
    vocabulary_size: Type.Optional(
      Type.Union([Type.Integer({ minimum: bytes + 1, maximum: largestVocabulary }), Type.Null()], {
        description:
          "word and bpe: tokens at most, the 256 bytes among them; 4096 and 1024 by default. Less where the data hold nothing more that occurs twice. The model's output layer grows with it.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type TextSettings = Static<typeof TextSettings>;

/** As a checkpoint holds it. character: the characters in the order of their ids. The ids of the others begin with the 256 bytes. */
export type VocabularyDescription =
  | string[]
  | { kind: "byte" }
  /** The words from id 256 on. */
  | { kind: "word"; words: string[] }
  /** Ids of the two tokens that each merge joins, the first merge first; what they join to is the next id, unless it is a token already. */
  | { kind: "bpe"; merges: [number, number][] };
