import type { VocabularyDescription } from "../../../schemas/vocabulary.ts";
import { decodeTokens } from "../decode-tokens.ts";
import type { Encoded, Vocabulary } from "../vocabulary.ts";
import { splitPieces } from "./split-pieces.ts";

export const byteCount = 256;
const loneSurrogate = /\p{Surrogate}/gu;
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How the bytes of a piece become tokens; `bytes`: what a token is that the 256 first ones are not. */
export interface PieceTokens {
  kind: "byte" | "word" | "bpe";
  /** From id 256 on. */
  tokens: readonly Uint8Array[];
  /** null where every byte is a token of its own. */
  encodePiece: ((piece: string) => ArrayLike<number>) | null;
  description: VocabularyDescription;
}

/** Tokens that are bytes: the 256 single ones first, each at its own value, then longer ones. Every text has tokens. */
export class ByteVocabulary implements Vocabulary {
  readonly kind: "byte" | "word" | "bpe";
  readonly startToken = 10; // newline
  readonly hasJoiningCharacters = true;
  readonly characters = null;
  readonly #bytes: readonly Uint8Array[];
  readonly #texts: readonly (string | null)[];
  readonly #encodePiece: PieceTokens["encodePiece"];
  readonly #description: VocabularyDescription;

  constructor({ kind, tokens, encodePiece, description }: PieceTokens) {
    this.kind = kind;
    this.#bytes = [...Array.from({ length: byteCount }, (_, byte) => Uint8Array.of(byte)), ...tokens];
    this.#texts = this.#bytes.map(wholeText);
    this.#encodePiece = encodePiece;
    this.#description = description;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** Unknown are halves of surrogate pairs alone, which are no characters. */
  encode(text: string): Encoded {
    const unknown = [...new Set(text.match(loneSurrogate))];
    if (unknown.length > 0) return { ids: this.#encodeWhole(text.replaceAll(loneSurrogate, "")), unknown };
    return { ids: this.#encodeWhole(text), unknown };
  }

  decode(ids: Iterable<number>): string {
    return decodeTokens(ids, this);
  }

  text(id: number): string | null {
    const text = this.#texts[id];
    if (text === undefined) throw this.#noToken(id);
    return text;
  }

  bytes(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (bytes === undefined) throw this.#noToken(id);
    return bytes;
  }

  /** It lacks none. */
  grow(): this {
    return this;
  }

  toJSON(): VocabularyDescription {
    return this.#description;
  }

  #encodeWhole(text: string): Int32Array {
    if (this.#encodePiece === null) return Int32Array.from(Buffer.from(text));
    const ids = new Int32Array(Buffer.byteLength(text)); // a token has a byte at least
    const known = new Map<string, ArrayLike<number>>();
    let length = 0;
    for (const piece of splitPieces(text)) {
      const tokens = known.get(piece) ?? this.#encodePiece(piece);
      known.set(piece, tokens);
      ids.set(tokens, length);
      length += tokens.length;
    }
    return ids.slice(0, length);
  }

  #noToken(id: number): RangeError {
    return new RangeError(`expected an id below ${this.size}, got ${id}`);
  }
}

/** The 256 bytes and nothing else. */
export function createByteVocabulary(): ByteVocabulary {
  return new ByteVocabulary({ kind: "byte", tokens: [], encodePiece: null, description: { kind: "byte" } });
}

function wholeText(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return null;
  }
}
