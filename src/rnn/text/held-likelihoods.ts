import type { TokenLikelihood } from "../../schemas/decoding.ts";
import type { Likelihoods } from "./generation/text-engine.ts";
import { tellLikelihood } from "./tell-likelihood.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How likely tokens were whose text is held back: each is let go with the last of its text. */
export class HeldLikelihoods {
  readonly #vocabulary: Vocabulary;
  /** The token's text is that from `start` to `end`. */
  readonly #held: { start: number; end: number; likelihood: TokenLikelihood }[] = [];
  #length = 0;
  #sent = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The token at `index` of those that came, which made so much more text whole. */
  push(likelihoods: Likelihoods, { index, width, length }: { index: number; width: number; length: number }): void {
    const start = this.#length;
    this.#length += length;
    const likelihood = tellLikelihood(this.#vocabulary, likelihoods, { index, width });
    this.#held.push({ start, end: this.#length, likelihood });
  }

  /** Those whose text is all sent, now that so much more is. */
  release(length: number): TokenLikelihood[] {
    this.#sent += length;
    return this.#take(({ end }) => end <= this.#sent);
  }

  /** At the end: that of a token whose text a stop string cut. */
  releaseBegun(): TokenLikelihood[] {
    return this.#take(({ start }) => start < this.#sent);
  }

  #take(isSent: (place: { start: number; end: number }) => boolean): TokenLikelihood[] {
    let count = 0;
    while (count < this.#held.length && isSent(this.#held[count]!)) count += 1;
    return this.#held.splice(0, count).map(({ likelihood }) => likelihood);
  }
}
