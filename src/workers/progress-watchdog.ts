export interface WatchdogLimits {
  /** Until the pace of a run is known: loading the library, reading the data, a first step that may be long. */
  startMs: number;
  /** Between two signs of progress afterwards. */
  silenceMs: number;
  /** A last look before the end: after a stall of our own, news may lie unread in the channel. */
  lastLookMs: number;
}

/** A network may take minutes for one step; what counts as silence is measured in its own steps, too. */
const STEPS_OF_SILENCE = 10;

/** Calls `onSilent` once, when progress has stayed away for longer than a run of this pace explains. */
export class ProgressWatchdog {
  readonly #limits: WatchdogLimits;
  readonly #onSilent: (silentMs: number) => void;
  #timer: NodeJS.Timeout;
  #stopped = false;
  #lastProgressMs: number | null = null;
  #longestGapMs = 0;

  constructor(limits: WatchdogLimits, onSilent: (silentMs: number) => void) {
    this.#limits = limits;
    this.#onSilent = onSilent;
    this.#timer = setTimeout(() => this.#lookAgain(limits.startMs), limits.startMs);
  }

  progress(): void {
    if (this.#stopped) return;
    const nowMs = performance.now();
    if (this.#lastProgressMs !== null) this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastProgressMs);
    this.#lastProgressMs = nowMs;
    const { startMs, silenceMs } = this.#limits;
    const paced = this.#longestGapMs > 0;
    const limitMs = paced ? Math.max(silenceMs, STEPS_OF_SILENCE * this.#longestGapMs) : startMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookAgain(limitMs), limitMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookAgain(silentMs: number): void {
    this.#timer = setTimeout(() => this.#onSilent(silentMs), this.#limits.lastLookMs);
  }
}
