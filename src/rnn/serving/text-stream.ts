import type { Search } from "../../schemas/beam-search.ts";
import type { TokenLikelihood } from "../../schemas/decoding.ts";
import type { FinishReason, TextDelta, Timings } from "../../schemas/generation.ts";
import type { TextMemory } from "../sessions/text-memory.ts";
import type { Drawn } from "../text/generation/text-engine.ts";
import type { Piece, TextGenerator } from "../text/text-generator.ts";
import type { BatchStream, Call } from "./text-batch.ts";

export interface TextEnd {
  finishReason: FinishReason;
  promptTokens: number;
  completionTokens: number;
  timings: Timings;
  /** Of a beam search. */
  search?: Search;
  /** What the session goes on from; null outside of one, and where nothing was written. */
  memory: TextMemory | null;
}

export interface TextListener {
  delta(delta: TextDelta): void;
  /** Either of these is the last call. */
  end(end: TextEnd): void;
  fail(error: unknown): void;
}

/** The first character goes out at once; from then on a delta waits for so many characters, or so long. */
const DELTA_CHARACTERS = 64;
const DELTA_MS = 15;

/** A text on its way to one reader: characters gathered into deltas, time accounted for. */
export class TextStream implements BatchStream {
  readonly generator: TextGenerator;
  readonly #listener: TextListener;
  readonly #receivedAtMs: number;
  #queueMs: number | null = null;
  #computeMs = 0;
  #gathered = "";
  #gatheredCharacters = 0;
  #likelihoods: TokenLikelihood[] = [];
  #sentCharacters = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  constructor(generator: TextGenerator, listener: TextListener, receivedAtMs: number) {
    this.generator = generator;
    this.#listener = listener;
    this.#receivedAtMs = receivedAtMs;
  }

  get engineStream(): unknown {
    return this.generator.stream;
  }

  get stepsToEnd(): number {
    return this.generator.stepsToEnd;
  }

  /** Most steps of the next call: the first character is worth a call of its own. */
  get mostSteps(): number {
    return this.#sentCharacters === 0 ? this.generator.stepsToNext : Number.POSITIVE_INFINITY;
  }

  /** Takes what a call drew; whether there is more to come. */
  take(drawn: Drawn | null, { startMs, endMs, steps }: Call): boolean {
    this.#queueMs ??= startMs - this.#receivedAtMs;
    this.#computeMs += endMs - startMs;
    let piece: Piece;
    try {
      piece = this.generator.take(drawn, steps);
    } catch (error) {
      this.fail(error);
      return false;
    }
    this.#gather(piece, endMs);
    if (piece.finishReason !== null) this.#end(piece.finishReason);
    return piece.finishReason === null;
  }

  /** Ends the text here, with all that was written. */
  cancel(): void {
    this.#gather(this.generator.end(), performance.now());
    this.#end("cancelled");
  }

  fail(error: unknown): void {
    this.generator.close();
    this.#listener.fail(error);
  }

  #gather({ text, characters, likelihoods }: Piece, nowMs: number): void {
    for (const likelihood of likelihoods ?? []) this.#likelihoods.push(likelihood);
    if (text === "") return;
    this.#gathered += text;
    this.#gatheredCharacters += characters;
    if (this.#gatheredCharacters >= DELTA_CHARACTERS || nowMs - this.#sentAtMs >= DELTA_MS) this.#send(nowMs);
  }

  #send(nowMs: number): void {
    if (this.#gathered === "") return;
    const delta = { text: this.#gathered, index: this.#sentCharacters };
    this.#listener.delta(this.generator.isTold ? { ...delta, logprobs: this.#likelihoods } : delta);
    this.#likelihoods = [];
    this.#sentCharacters += this.#gatheredCharacters;
    this.#sentAtMs = nowMs;
    this.#gathered = "";
    this.#gatheredCharacters = 0;
  }

  #end(finishReason: FinishReason): void {
    this.#send(performance.now());
    const { promptTokens, completionTokens, memory } = this.generator;
    this.generator.close();
    const queueMs = this.#queueMs ?? performance.now() - this.#receivedAtMs;
    const timings = { queue_ms: rounded(queueMs), compute_ms: rounded(this.#computeMs) };
    this.#listener.end({ finishReason, promptTokens, completionTokens, timings, memory });
  }
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
