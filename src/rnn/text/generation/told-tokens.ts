import type { MeasuredStep } from "./measure-logits.ts";
import type { Drawn } from "./text-engine.ts";

/** Gathers what a stream drew in a call, and how likely it was. */
export class ToldTokens {
  readonly #width: number;
  readonly #drawn: number[] = [];
  readonly #told: number[] = [];
  readonly #logProbabilities: number[] = [];

  /** alternatives: how many of the likeliest to tell of beside each; null tells nothing. */
  constructor(alternatives: number | null) {
    this.#width = alternatives === null ? 0 : 1 + alternatives;
  }

  /** A token that comes; null where nothing is told. The likeliest are of those allowed. */
  add(token: number, measured: MeasuredStep | null, isAllowed: (token: number) => boolean): void {
    this.#drawn.push(token);
    if (measured === null) return;
    const told = [token, ...measured.likeliest(this.#width - 1, isAllowed)];
    for (let index = 0; index < this.#width; index += 1) {
      const each = told[index] ?? -1;
      this.#told.push(each);
      this.#logProbabilities.push(each < 0 ? 0 : measured.of(each));
    }
  }

  drawn(): Drawn {
    const logProbabilities = Float64Array.from(this.#logProbabilities);
    const likelihoods = this.#width === 0 ? null : { tokens: Int32Array.from(this.#told), logProbabilities };
    return { tokens: Int32Array.from(this.#drawn), likelihoods };
  }
}
