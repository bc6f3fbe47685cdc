import { Random } from "../../random.ts";
import type { DecoderState } from "../text-decoder.ts";
import type { StreamStart } from "./text-engine.ts";

/** Everything a stream of the stepwise engine is, between two calls. */
export class StepwiseStream {
  readonly start: StreamStart;
  readonly state: DecoderState;
  readonly random: Random;
  /** Tokens of the prompt that the state has taken in. */
  read = 0;
  /** Tokens still to draw. */
  left: number;
  /** No token may follow. */
  complete = false;
  /** Tokens that the penalty is for; null where there is none. */
  readonly seen: Set<number> | null;
  /** The last one drawn. */
  #token = 0;
  /** Where the text stands in the constraint, and stood before the last token. */
  #place = 0;
  #before = 0;

  constructor(start: StreamStart, state: DecoderState) {
    this.start = start;
    this.state = state;
    this.random = new Random(start.random);
    this.left = start.characters;
    this.seen = start.rule.repetitionPenalty === 1 ? null : new Set([...(start.earlier?.seen ?? []), ...start.prompt]);
  }

  get ended(): boolean {
    return this.complete || this.left === 0;
  }

  /** The next input: the last of the prompt, then what was drawn. */
  takeInput(): number {
    const { prompt } = this.start;
    if (this.read >= prompt.length) return this.#token;
    this.read += 1;
    return prompt[this.read - 1]!;
  }

  mayCome(token: number): boolean {
    const { constraint } = this.start;
    return !constraint || constraint.follow(this.#place, token, this.left) >= 0;
  }

  take(token: number): void {
    this.left -= 1;
    this.seen?.add(token);
    this.#before = this.#place;
    this.#goOnWith(token);
  }

  branch(token: number): StepwiseStream {
    const state = this.state.map((layer) => layer.map((values) => values.slice()));
    const other = new StepwiseStream({ ...this.start, random: this.random.state() }, state);
    Object.assign(other, { read: this.read, left: this.left });
    for (const each of this.seen ?? []) other.seen?.add(each);
    other.#before = this.#before;
    other.#goOnWith(token);
    return other;
  }

  #goOnWith(token: number): void {
    this.#token = token;
    const { constraint } = this.start;
    if (!constraint) return;
    this.#place = constraint.follow(this.#before, token, this.left + 1);
    this.complete = !constraint.goesOn(this.#place, this.left);
  }
}
