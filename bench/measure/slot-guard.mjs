import { setTimeout as sleep } from "node:timers/promises";
import { median } from "./median.mjs";

const leastShare = 0.9;
const pauseMs = 250;

/**
 * Lets a measurement begin only while the machine is at its best: before each, the multiply-add peak is taken, and below 90 % of the
 * best one seen the slot is given up and tried again, a bounded number of times. `measurePeak()` resolves to GFLOP/s.
 */
export class SlotGuard {
  readings = [];
  discarded = 0;
  disturbed = 0;
  #measurePeak;
  #attempts;
  #wait;

  constructor(measurePeak, { attempts = 12, wait = (ms) => sleep(ms) } = {}) {
    this.#measurePeak = measurePeak;
    this.#attempts = attempts;
    this.#wait = wait;
  }

  /** GFLOP/s; NaN before the first slot. */
  get best() {
    return this.readings.length === 0 ? Number.NaN : Math.max(...this.readings);
  }

  /** GFLOP/s while the machine is at its best: what a share of the peak is taken of. */
  get peak() {
    return median(this.readings.filter((reading) => reading >= leastShare * this.best));
  }

  /** Resolves to `run()`'s result, and whether the machine was at its best when it began. */
  async slot(run) {
    const isQuiet = await this.#waitForQuiet();
    if (!isQuiet) this.disturbed += 1;
    return { result: await run(), isQuiet };
  }

  async #waitForQuiet() {
    for (let attempt = 1; attempt <= this.#attempts; attempt++) {
      const reading = await this.#measurePeak();
      this.readings.push(reading);
      if (reading >= leastShare * this.best) return true;
      this.discarded += 1;
      if (attempt < this.#attempts) await this.#wait(pauseMs);
    }
    return false;
  }
}
