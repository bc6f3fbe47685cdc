import { appError } from "../../errors.ts";
import type { CalibrationNote, ForecastInput, ForecastOutput } from "../../schemas/forecast.ts";
import type { Timings } from "../../schemas/generation.ts";
import { type ForecastCall, type PathRequest, seriesLeft } from "../series/forecast-call.ts";
import type { Forecaster } from "../series/forecaster.ts";
import type { RoundRobin, Turns } from "./round-robin.ts";

export interface ForecastQuestion {
  inputs: ForecastInput[];
  /** null: the model's own. */
  horizon: number | null;
  quantiles: number[] | null;
  paths?: PathRequest | null;
  receivedAtMs: number;
}

export interface ForecastAnswer {
  horizon: number;
  series: number;
  /** ForecastOutput[] as JSON. */
  outputs: string;
  calibration: CalibrationNote;
  timings: Timings;
}

interface Waiting {
  call: ForecastCall;
  receivedAtMs: number;
  queueMs: number | null;
  computeMs: number;
  /** JSON of the outputs so far. */
  written: string[];
  resolve(answer: ForecastAnswer): void;
  reject(error: unknown): void;
}

/**
 * The requests that wait for one model. What came while the thread was busy goes through the network side by side; a lone request
 * waits for nobody. Each request in turn puts a series into a pass, so that one with a thousand of them delays the others by no more
 * than a pass or two.
 */
export class ForecastQueue implements Turns {
  readonly #forecaster: Forecaster;
  readonly #turns: RoundRobin;
  /** Who comes first in the next pass stands first. */
  #waiting: Waiting[] = [];

  constructor(forecaster: Forecaster, turns: RoundRobin) {
    this.#forecaster = forecaster;
    this.#turns = turns;
  }

  /** Rejects with what the request alone has done wrong. */
  async ask({ inputs, horizon, quantiles, paths = null, receivedAtMs }: ForecastQuestion): Promise<ForecastAnswer> {
    const startMs = performance.now();
    const call = this.#forecaster.open(inputs, horizon, quantiles, paths);
    return this.run(call, { receivedAtMs, computeMs: performance.now() - startMs });
  }

  /** A call that is open; `computeMs` is what that took. */
  run(call: ForecastCall, spent: { receivedAtMs: number; computeMs: number }): Promise<ForecastAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, ...spent, queueMs: null, written: [], resolve, reject });
      this.#turns.add(this);
    });
  }

  turn(untilMs: number): boolean {
    do this.#pass(this.#nextSeries());
    while (this.#waiting.length > 0 && performance.now() < untilMs);
    return this.#waiting.length > 0;
  }

  /** One series of each that waits, round and round, until a pass is full; who has put one in goes behind those who have not. */
  #nextSeries(): Waiting[] {
    const most = this.#forecaster.rowsAtOnce;
    const chosen: Waiting[] = [];
    const left = new Map(this.#waiting.slice(0, most).map((waiting) => [waiting, seriesLeft(waiting.call)]));
    while (chosen.length < most && left.size > 0) {
      for (const [waiting, count] of left) {
        if (chosen.length === most) break;
        chosen.push(waiting);
        if (count > 1) left.set(waiting, count - 1);
        else left.delete(waiting);
      }
    }
    this.#waiting = [...this.#waiting.slice(most), ...this.#waiting.slice(0, most)];
    return chosen;
  }

  #pass(chosen: Waiting[]): void {
    const startMs = performance.now();
    const together = new Set(chosen);
    for (const waiting of together) waiting.queueMs ??= startMs - waiting.receivedAtMs;
    try {
      this.#forecaster.advance(chosen.map(({ call }) => call));
    } catch (error) {
      // Whoever it was that failed the pass fails alone.
      if (together.size === 1) this.#fail(chosen[0]!, error);
      else for (const one of together) this.#pass(chosen.filter((waiting) => waiting === one));
      return;
    }
    for (const waiting of together) this.#write(waiting);
    const passMs = performance.now() - startMs;
    for (const waiting of together) {
      waiting.computeMs += passMs;
      if (seriesLeft(waiting.call) === 0) this.#end(waiting);
    }
  }

  #write(waiting: Waiting): void {
    const { call, written } = waiting;
    const fresh = call.outputs.slice(written.length);
    if (fresh.every(holdsFinite)) written.push(...fresh.map((output) => JSON.stringify(output)));
    else this.#fail(waiting, appError("internal", "the model forecast a number that is not finite"));
  }

  #end(waiting: Waiting): void {
    if (!this.#remove(waiting)) return;
    const { call, written, queueMs, computeMs } = waiting;
    const timings = { queue_ms: rounded(queueMs ?? 0), compute_ms: rounded(computeMs) };
    const { calibration } = this.#forecaster;
    const outputs = `[${written.join(",")}]`;
    waiting.resolve({ horizon: call.horizon, series: written.length, outputs, calibration, timings });
  }

  #fail(waiting: Waiting, error: unknown): void {
    if (this.#remove(waiting)) waiting.reject(error);
  }

  /** Whether it was waiting still. */
  #remove(waiting: Waiting): boolean {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }
}

/** JSON has no NaN: JSON.stringify would make it null in silence. */
function holdsFinite({ mean, median, quantiles, samples = [] }: ForecastOutput): boolean {
  return [mean, median, ...Object.values(quantiles), ...samples].every((values) => values.every(Number.isFinite));
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
