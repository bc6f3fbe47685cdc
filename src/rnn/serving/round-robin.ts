/** Work in small pieces that takes turns with others. */
export interface Turns {
  /** Works until the clock (performance.now) reaches `untilMs`, at least one piece; whether there is more. Must not throw. */
  turn(untilMs: number): boolean;
}

/** One turn: short, so that whoever joins or leaves between two waits little. */
const TURN_MS = 2;
/** After so long the thread looks at its messages. */
const TICK_MS = 4;

/** Gives everyone a turn after the other, and the event loop its own: a new request, a cancel or a hold waits for a few ms at most. */
export class RoundRobin {
  readonly #waiting = new Set<Turns>();
  #ticking = false;

  get size(): number {
    return this.#waiting.size;
  }

  /** Lines up behind the others. */
  add(work: Turns): void {
    this.#waiting.add(work);
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => this.#tick());
  }

  remove(work: Turns): void {
    this.#waiting.delete(work);
  }

  #tick(): void {
    const end = performance.now() + TICK_MS;
    for (let now = performance.now(); now < end && this.#waiting.size > 0; now = performance.now()) {
      const [work] = this.#waiting as Iterable<Turns>;
      this.#waiting.delete(work!);
      if (work!.turn(now + TURN_MS)) this.#waiting.add(work!);
    }
    this.#ticking = this.#waiting.size > 0;
    if (this.#ticking) setImmediate(() => this.#tick());
  }
}
