import type { Drawn, TextEngine } from "../text/generation/text-engine.ts";
import type { Turns } from "./round-robin.ts";

/** A call of the engine. */
export interface Call {
  startMs: number;
  endMs: number;
  steps: number;
}

/** A text that moves on with others. */
export interface BatchStream {
  /** What the engine knows it as. */
  readonly engineStream: unknown;
  readonly stepsToEnd: number;
  /** Most steps of the next call. */
  readonly mostSteps: number;
  /** Takes what a call drew; whether there is more to come. Must not throw. */
  take(drawn: Drawn | null, call: Call): boolean;
  fail(error: unknown): void;
}

/** Most steps of one call. */
const MOST_STEPS = 256;

/** The streams of one model that write now: all take each step together; they join and leave between calls. */
export class TextBatch implements Turns {
  readonly #engine: TextEngine;
  readonly #streams = new Set<BatchStream>();
  /** Of the last call: how long a step took, for how many streams. */
  #step = { durationMs: Number.POSITIVE_INFINITY, streams: 1 };

  constructor(engine: TextEngine) {
    this.#engine = engine;
  }

  get size(): number {
    return this.#streams.size;
  }

  add(stream: BatchStream): void {
    this.#streams.add(stream);
  }

  remove(stream: BatchStream): void {
    this.#streams.delete(stream);
  }

  turn(untilMs: number): boolean {
    const streams = [...this.#streams];
    const startMs = performance.now();
    const steps = this.#chooseSteps(streams, untilMs - startMs);
    let drawn: (Drawn | null)[];
    try {
      drawn = this.#engine.advance(
        streams.map(({ engineStream }) => engineStream),
        steps,
      );
    } catch (error) {
      this.#streams.clear();
      for (const stream of streams) stream.fail(error);
      return false;
    }
    const call: Call = { startMs, endMs: performance.now(), steps };
    this.#step = { durationMs: (call.endMs - startMs) / steps, streams: streams.length };
    for (const [row, stream] of streams.entries()) {
      if (!stream.take(drawn[row]!, call)) this.#streams.delete(stream);
    }
    return this.#streams.size > 0;
  }

  /** As many as the time allows, but no more than the next first character, or the last of all, needs. */
  #chooseSteps(streams: BatchStream[], durationMs: number): number {
    const growth = Math.max(1, streams.length / this.#step.streams);
    const affordable = Math.floor(durationMs / (this.#step.durationMs * growth));
    const needed = Math.max(...streams.map(({ stepsToEnd }) => stepsToEnd));
    const most = Math.min(MOST_STEPS, needed, ...streams.map(({ mostSteps }) => mostSteps));
    return Math.max(1, Math.min(affordable, most));
  }
}
