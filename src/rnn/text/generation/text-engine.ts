import type { RandomState } from "../../random.ts";
import type { SamplingRule } from "../sample-token.ts";

/** How a stream begins. */
export interface StreamStart {
  /** Tokens that the text continues, at least one. */
  prompt: Int32Array;
  /** Tokens to draw at most. */
  characters: number;
  rule: SamplingRule;
  random: RandomState;
}

/** A text network that writes for many streams at once. The same start gives the same text whoever else streams. */
export interface TextEngine<Stream = unknown> {
  /** Memory it holds. */
  readonly bytes: number;
  open(start: StreamStart): Stream;
  /**
   * Moves each stream on by so many steps: through its prompt, then a token drawn a step. Gives of each the tokens it drew, fewer
   * than the steps where its prompt was read or all its characters are drawn; null where a logit is not a finite number.
   */
  advance(streams: readonly Stream[], steps: number): (Int32Array | null)[];
  /** Frees the state of a stream. */
  close(stream: Stream): void;
  /** Frees the weights. */
  dispose(): void;
}
