import { unfinishedBytes } from "./unfinished-bytes.ts";
import type { Vocabulary } from "./vocabulary.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const none = new Uint8Array(0);

/** Makes text of tokens, one after the other: never half a character. Bytes that make none become U+FFFD, as in every decoder of the web. */
export class TokenWriter {
  readonly #vocabulary: Pick<Vocabulary, "text" | "bytes">;
  /** Bytes that begin a character. */
  #held: Uint8Array;

  constructor(vocabulary: Pick<Vocabulary, "text" | "bytes">, held: Uint8Array = none) {
    this.#vocabulary = vocabulary;
    this.#held = held;
  }

  /** Bytes so far that begin a character and do not finish it. */
  get held(): Uint8Array {
    return this.#held;
  }

  /** Another, after the same tokens. */
  copy(): TokenWriter {
    const other = new TokenWriter(this.#vocabulary);
    other.#held = this.#held;
    return other;
  }

  /** The text that is whole with this token; often none. Throws RangeError for an id outside of the vocabulary. */
  push(token: number): string {
    const whole = this.#vocabulary.text(token);
    if (whole !== null && this.#held.length === 0) return whole;
    const bytes = Buffer.concat([this.#held, this.#vocabulary.bytes(token)]);
    const end = bytes.length - unfinishedBytes(bytes);
    this.#held = bytes.subarray(end);
    return end === 0 ? "" : decoder.decode(bytes.subarray(0, end));
  }
}
