import type { RandomState } from "../../random.ts";
import type { TokenConstraint } from "../constraints/token-constraint.ts";
import type { SamplingRule } from "../sample-token.ts";

/** How a stream begins, and what it must keep to. */
export interface StreamStart {
  /** Tokens that the text continues, at least one. */
  prompt: Int32Array;
  /** Tokens to draw at most. */
  characters: number;
  rule: SamplingRule;
  random: RandomState;
  /** The text, as many tokens as characters, where it is to be measured instead of drawn. */
  given?: Int32Array | null;
  /** Added to the logits before the rule. */
  bias?: Float32Array | null; // [vocabulary]
  /** What the text must keep to; it ends where no token may follow. */
  constraint?: TokenConstraint | null;
  /** How many of the likeliest tokens to tell of beside each that comes; null tells nothing. */
  alternatives?: number | null;
  /** Whether these are of those alone that the constraint allows. */
  allowedAlone?: boolean;
  /** What an earlier stream left off at; zeros where it is left out. */
  earlier?: EarlierText | undefined;
}

export interface EarlierText {
  /** Of each layer the hidden state, then the cell state where there is one; last, what attention remembers. [stateSize] */
  state: Float32Array;
  /** Tokens that came up in it. */
  seen: Int32Array;
}

/** How likely the network held each token that came, before bias, rule and constraint: log(softmax(logits)). */
export interface Likelihoods {
  /** The token that came, then the likeliest in falling order; -1 behind the last where fewer are allowed. */
  tokens: Int32Array; // [tokens, 1 + alternatives]
  logProbabilities: Float64Array; // [tokens, 1 + alternatives]
}

/** What a stream drew in a call. */
export interface Drawn {
  tokens: Int32Array;
  /** null where nothing is told. */
  likelihoods: Likelihoods | null;
}

/** A text network that writes for many streams at once. The same start gives the same text whoever else streams. */
export interface TextEngine<Stream = unknown> {
  /** Memory it holds. */
  readonly bytes: number;
  /** Numbers in the state of a stream. */
  readonly stateSize: number;
  open(start: StreamStart): Stream;
  /**
   * Moves each stream on by so many steps: through its prompt, then a token drawn a step. Gives of each the tokens it drew, fewer
   * than the steps where its prompt was read, all its characters are drawn or no token may follow; null where a logit is not a
   * finite number.
   */
  advance(streams: readonly Stream[], steps: number): (Drawn | null)[];
  /** Another stream, which took this token instead of the last one that the stream drew. */
  branch(stream: Stream, token: number): Stream;
  /** What the stream would go on from: the state that has read all but its last token, and its generator. */
  save(stream: Stream): { state: Float32Array; random: RandomState };
  /** Frees the state of a stream. */
  close(stream: Stream): void;
  /** Frees the weights. */
  dispose(): void;
}
