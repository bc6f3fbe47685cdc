import type { FinishReason, Timings } from "../../schemas/generation.ts";
import type { TextGenerator } from "../text/text-generator.ts";
import type { Turns } from "./round-robin.ts";

export interface TextEnd {
  finishReason: FinishReason;
  promptTokens: number;
  completionTokens: number;
  timings: Timings;
}

export interface TextListener {
  /** index: characters of the text before this delta. */
  delta(text: string, index: number): void;
  /** Either of these is the last call. */
  end(end: TextEnd): void;
  fail(error: unknown): void;
}

/** The first character goes out at once; from then on a delta carries so many characters, or what there is after so long. */
const DELTA_CHARACTERS = 64;
const DELTA_MS = 15;

/** A text on its way to one reader: characters gathered into deltas, time accounted for. */
export class TextStream implements Turns {
  readonly #generator: TextGenerator;
  readonly #listener: TextListener;
  readonly #receivedAtMs: number;
  #queueMs: number | null = null;
  #computeMs = 0;
  #gathered = "";
  #gatheredCharacters = 0;
  #sentCharacters = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  constructor(generator: TextGenerator, listener: TextListener, receivedAtMs: number) {
    this.#generator = generator;
    this.#listener = listener;
    this.#receivedAtMs = receivedAtMs;
  }

  turn(untilMs: number): boolean {
    const startMs = performance.now();
    this.#queueMs ??= startMs - this.#receivedAtMs;
    let finishReason: FinishReason | null = null;
    let nowMs = startMs;
    try {
      while (finishReason === null && (nowMs === startMs || nowMs < untilMs)) {
        const piece = this.#generator.advance();
        finishReason = piece.finishReason;
        nowMs = performance.now();
        this.#gather(piece.text, nowMs);
      }
    } catch (error) {
      this.#listener.fail(error);
      return false;
    }
    this.#computeMs += nowMs - startMs;
    if (finishReason !== null) this.#end(finishReason);
    return finishReason === null;
  }

  /** Ends the text here, with all that was written. */
  cancel(): void {
    this.#gather(this.#generator.end(), performance.now());
    this.#end("cancelled");
  }

  #gather(text: string, nowMs: number): void {
    if (text === "") return;
    this.#gathered += text;
    this.#gatheredCharacters += text.length === 1 ? 1 : [...text].length;
    if (this.#gatheredCharacters >= DELTA_CHARACTERS || nowMs - this.#sentAtMs >= DELTA_MS) this.#send(nowMs);
  }

  #send(nowMs: number): void {
    if (this.#gathered === "") return;
    this.#listener.delta(this.#gathered, this.#sentCharacters);
    this.#sentCharacters += this.#gatheredCharacters;
    this.#sentAtMs = nowMs;
    this.#gathered = "";
    this.#gatheredCharacters = 0;
  }

  #end(finishReason: FinishReason): void {
    this.#send(performance.now());
    const { promptTokens, completionTokens } = this.#generator;
    const queueMs = this.#queueMs ?? performance.now() - this.#receivedAtMs;
    const timings = { queue_ms: rounded(queueMs), compute_ms: rounded(this.#computeMs) };
    this.#listener.end({ finishReason, promptTokens, completionTokens, timings });
  }
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
