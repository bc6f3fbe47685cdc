import type { VocabularyDescription, VocabularyKind } from "../../schemas/vocabulary.ts";

/** Token ids of a text, and the characters of it that have none. */
export interface Encoded {
  ids: Int32Array;
  /** Each unknown character once, in the order of the text; ids leaves them out. */
  unknown: string[];
}

/** The tokens that a text model reads and writes; a token is some bytes of UTF-8, not always whole characters. */
export interface Vocabulary {
  readonly kind: VocabularyKind;
  readonly size: number;
  /** What an empty prompt is read as. */
  readonly startToken: number;
  /** Whether a character may come that joins the one before it to one sign, as combining marks do. */
  readonly hasJoiningCharacters: boolean;
  /** Characters that it knows, where those are its tokens; null where it knows all. */
  readonly characters: readonly string[] | null;
  encode(text: string): Encoded;
  /** The text of tokens; bytes at the end that begin a character and do not finish it are left out. Throws RangeError for an id outside of the vocabulary. */
  decode(ids: Iterable<number>): string;
  /** The text of a token; null where its bytes are no whole characters. Throws RangeError. */
  text(id: number): string | null;
  /** Throws RangeError. */
  bytes(id: number): Uint8Array;
  /** With the characters of a text that it lacks behind its own, so that no id changes. */
  grow(text: string): Vocabulary;
  toJSON(): VocabularyDescription;
}
