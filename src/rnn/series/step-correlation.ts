import { normalQuantile } from "./distributions/normal-quantile.ts";

const furthest = 0.99;

/** How errors of one step hang together with those of the next, measured on hold-outs as normal scores: what sample paths take over. */
export class StepCorrelation {
  readonly #levels: number[];
  #product = 0;
  #square = 0;

  /** Levels of the quantiles, ascending. */
  constructor(levels: number[]) {
    this.#levels = levels;
  }

  /** Paths and actual values of one forecast; NaN in actual is left out. */
  add(paths: Float64Array[], actual: Float64Array): void {
    let before = Number.NaN;
    for (const [step, value] of actual.entries()) {
      const score = Number.isNaN(value) ? Number.NaN : this.#scoreOf(paths, step, value);
      if (!Number.isNaN(before) && !Number.isNaN(score)) {
        this.#product += before * score;
        this.#square += (before * before + score * score) / 2;
      }
      before = score;
    }
  }

  /** Between -0.99 and 0.99; 0 where the hold-out says nothing. */
  value(): number {
    return this.#square > 0 ? Math.min(Math.max(this.#product / this.#square, -furthest), furthest) : 0;
  }

  /** Of the level at which the value lies; beyond the outermost levels, that of half the share outside. */
  #scoreOf(paths: Float64Array[], step: number, value: number): number {
    const levels = this.#levels;
    const above = paths.findIndex((path) => path[step]! > value);
    if (above === 0) return normalQuantile(levels[0]! / 2);
    if (above < 0) return normalQuantile((1 + levels.at(-1)!) / 2);
    const [low, high] = [paths[above - 1]![step]!, paths[above]![step]!];
    const share = Math.min(Math.max((value - low) / (high - low), 0), 1);
    return normalQuantile(levels[above - 1]! * (1 - share) + levels[above]! * share);
  }
}
