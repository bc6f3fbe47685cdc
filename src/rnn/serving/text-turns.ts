import type { TextEngine } from "../text/generation/text-engine.ts";
import { RoundRobin, type Turns } from "./round-robin.ts";
import { type BatchStream, TextBatch } from "./text-batch.ts";

/** All that reads or writes text: the streams of one model go on together, the models in turns. */
export class TextTurns {
  readonly #batches = new WeakMap<TextEngine, TextBatch>();
  readonly #turns = new RoundRobin();

  add(engine: TextEngine, stream: BatchStream): void {
    const batch = this.#batches.get(engine) ?? new TextBatch(engine);
    this.#batches.set(engine, batch);
    batch.add(stream);
    this.#turns.add(batch);
  }

  /** Work whose steps nothing else shares. */
  addAlone(work: Turns): void {
    this.#turns.add(work);
  }

  removeAlone(work: Turns): void {
    this.#turns.remove(work);
  }

  remove(engine: TextEngine, stream: BatchStream): void {
    const batch = this.#batches.get(engine);
    if (batch === undefined) return;
    batch.remove(stream);
    if (batch.size === 0) this.#turns.remove(batch);
  }
}
