import type { JobEventBody } from "../schemas/events.ts";
import type { JobChange } from "../schemas/job-record.ts";

/** Something that happened and is not stored yet: an event, a change of the job's row, or both; with neither, a mark in the order. */
export interface Happening {
  event: JobEventBody | null;
  at: string;
  change: JobChange | null;
  /** Told null once stored, or why it never will be. */
  settle: ((error: unknown) => void) | null;
}

/** What one append stores. */
export interface Batch {
  happenings: Happening[];
  change: JobChange | undefined;
}

const BATCH_LIMIT = 1000;

/** What waits for the log, in order. When the log stays away for long it is thinned: every second step-end goes, nothing else. */
export class EventBuffer {
  readonly #limit: number;
  #waiting: Happening[] = [];
  #thinned = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(happening: Happening): void {
    this.#waiting.push(happening);
    if (this.#waiting.length > this.#limit) this.#thin();
  }

  addFirst(happening: Happening): void {
    this.#waiting.unshift(happening);
  }

  /** The number of step-ends given up since the last call. */
  takeThinned(): number {
    const thinned = this.#thinned;
    this.#thinned = 0;
    return thinned;
  }

  /** All up to the first change that has to be an append of its own: progress melts into one, a status or a checkpoint does not. */
  takeBatch(): Batch {
    let change: JobChange | undefined;
    let count = 0;
    while (count < Math.min(this.#waiting.length, BATCH_LIMIT)) {
      const next = this.#waiting[count]!.change;
      count += 1;
      if (next !== null) change = { ...change, ...next };
      if (next !== null && Object.keys(next).some((key) => key !== "progress")) break;
    }
    return { happenings: this.#waiting.splice(0, count), change };
  }

  #thin(): void {
    let odd = false;
    const kept = this.#waiting.filter(({ event, settle }, index) => {
      if (event?.type !== "step-end" || settle !== null || index === this.#waiting.length - 1) return true;
      odd = !odd;
      return odd;
    });
    this.#thinned += this.#waiting.length - kept.length;
    this.#waiting = kept;
  }
}
