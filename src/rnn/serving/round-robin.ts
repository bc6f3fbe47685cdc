/** Work in small pieces that takes turns with others. */
export interface Turns {
  /** Works until the clock (performance.now) reaches `untilMs`, at least one piece; whether there is more. Must not throw. */
  turn(untilMs: number): boolean;
}

/** One turn: short, so that whoever joins or leaves between two waits little. */
const TURN_MS = 2;
/** Gives everyone a turn after the other, and the event loop its own between: a new request, a cancel or a hold waits for one at most. */
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
    const [work] = this.#waiting;
    if (work !== undefined) {
      this.#waiting.delete(work);
      if (work.turn(performance.now() + TURN_MS)) this.#waiting.add(work);
    }
    this.#ticking = this.#waiting.size > 0;
    if (this.#ticking) setImmediate(() => this.#tick());
  }
}
