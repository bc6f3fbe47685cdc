import type { JobEvent } from "../schemas/events.ts";

/** The newest stored events of a job, by their number: one copy, read by every live subscriber. */
export class EventRing {
  readonly #capacity: number;
  #events: JobEvent[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(events: readonly JobEvent[]): void {
    this.#events.push(...events);
    // Trimmed in lumps, so that a push stays cheap.
    if (this.#events.length > 2 * this.#capacity) this.#events = this.#events.slice(-this.#capacity);
  }

  /** undefined where the ring no longer, or not yet, has it. */
  at(seq: number): JobEvent | undefined {
    const first = this.#events[0];
    return first === undefined ? undefined : this.#events[seq - first.seq];
  }
}
