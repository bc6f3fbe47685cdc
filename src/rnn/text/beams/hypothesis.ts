import type { TokenConstraint } from "../constraints/token-constraint.ts";
import type { Likelihoods } from "../generation/text-engine.ts";
import { StopMatcher } from "../stop-matcher.ts";
import { TokenWriter } from "../token-writer.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** What every text of a search must end by. */
export interface TextLimits {
  vocabulary: Vocabulary;
  maximumTokens: number;
  stops: readonly string[];
  constraint: TokenConstraint | null;
}

/** A token that may come, what the network says of it, and how likely the text is with it. */
export interface NextToken {
  token: number;
  logProbability: number;
  /** Of this token alone; null where nobody asks. */
  likelihoods: Likelihoods | null;
}

/** One of the texts that a beam search weighs: a token behind the text before it. */
export class Hypothesis {
  readonly length: number;
  /** Sum over its tokens. */
  readonly logProbability: number;
  /** How it ended; null while it may go on. */
  readonly finishReason: "stop" | "length" | null;
  readonly #limits: TextLimits;
  readonly #before: Hypothesis | null;
  readonly #last: NextToken | null;
  /** null where there are no stop strings. */
  #endings: { writer: TokenWriter; stops: StopMatcher } | null;
  /** In the constraint. */
  readonly #place: number;

  private constructor(limits: TextLimits, before: Hypothesis | null, last: NextToken | null) {
    this.#limits = limits;
    this.#before = before;
    this.#last = last;
    this.length = before === null ? 0 : before.length + 1;
    this.logProbability = last?.logProbability ?? 0;
    this.#endings = before === null ? beginEndings(limits) : copyEndings(before.#endings);
    const left = limits.maximumTokens - this.length;
    this.#place = before === null || last === null ? 0 : placeAfter(limits.constraint, before.#place, last.token);
    this.finishReason = last === null ? null : this.#finish(last.token, left);
    if (this.finishReason !== null) this.settle();
  }

  /** The text of no tokens. */
  static empty(limits: TextLimits): Hypothesis {
    return new Hypothesis(limits, null, null);
  }

  with(next: NextToken): Hypothesis {
    return new Hypothesis(this.#limits, this, next);
  }

  /** Frees what only texts that go on with it need. */
  settle(): void {
    this.#endings = null;
  }

  /** Its tokens in order. */
  tokens(): NextToken[] {
    const tokens: NextToken[] = [];
    for (let each: Hypothesis | null = this; each !== null; each = each.#before) {
      if (each.#last !== null) tokens.push(each.#last);
    }
    return tokens.reverse();
  }

  #finish(token: number, left: number): "stop" | "length" | null {
    if (this.#endings?.stops.push(this.#endings.writer.push(token)).stopped) return "stop";
    if (left === 0) return "length";
    const { constraint } = this.#limits;
    return constraint !== null && !constraint.goesOn(this.#place, left) ? "stop" : null;
  }
}

function beginEndings({ vocabulary, stops }: TextLimits) {
  return stops.length === 0 ? null : { writer: new TokenWriter(vocabulary), stops: new StopMatcher(stops) };
}

function copyEndings(from: { writer: TokenWriter; stops: StopMatcher } | null) {
  return from === null ? null : { writer: from.writer.copy(), stops: from.stops.copy() };
}

function placeAfter(constraint: TokenConstraint | null, place: number, token: number): number {
  return constraint === null ? 0 : constraint.next[place * constraint.vocabularySize + token]!;
}
