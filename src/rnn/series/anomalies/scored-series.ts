import { timestampsOf } from "../../../calendar/timestamps-of.ts";
import type { AnomalyOutput, AnomalyThreshold } from "../../../schemas/anomalies.ts";
import type { ForecastOutput } from "../../../schemas/forecast.ts";
import type { WholeSeries } from "../backtest/read-whole-series.ts";
import { intervalWidth } from "../calibration/interval-width.ts";
import type { ValueTransform } from "../value-transform.ts";

const furthest = 1e6;

interface ScoredFacts {
  /** Position of the first value to score. */
  from: number;
  /** Keys of an output's quantiles. */
  lower: string;
  upper: string;
  transform: ValueTransform;
}

/** The values of one series beside what was forecast for them. */
export class ScoredSeries {
  readonly #series: WholeSeries;
  readonly #facts: ScoredFacts;
  readonly #median: number[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #score: (number | null)[] = [];

  constructor(series: WholeSeries, facts: ScoredFacts) {
    this.#series = series;
    this.#facts = facts;
  }

  /** The forecast that begins where the one before ended; what it says beyond the end of the series is left out. */
  add({ median, quantiles }: ForecastOutput): void {
    const { from, lower, upper } = this.#facts;
    const { target, skipped } = this.#series;
    for (const [step, expected] of median.entries()) {
      const value = target[from - skipped + this.#score.length];
      if (value === undefined) return;
      const interval = { lower: quantiles[lower]![step]!, upper: quantiles[upper]![step]! };
      this.#median.push(expected);
      this.#lower.push(interval.lower);
      this.#upper.push(interval.upper);
      this.#score.push(Number.isNaN(value) ? null : this.#scoreOf(value, interval));
    }
  }

  output(thresholds: AnomalyThreshold[]): AnomalyOutput {
    const { id, timeline, target, skipped } = this.#series;
    const { from } = this.#facts;
    const score = this.#score;
    const flagged = (threshold: number) =>
      score.flatMap((one, index) => (one !== null && one > threshold ? [from + index] : []));
    return {
      id,
      from,
      missing: score.filter((one) => one === null).length,
      timestamps: timeline === null ? null : timestampsOf(timeline, from, score.length),
      actual: Array.from(target.subarray(from - skipped), (value) => (Number.isNaN(value) ? null : value)),
      median: this.#median,
      lower: this.#lower,
      upper: this.#upper,
      score,
      anomalies: Object.fromEntries(thresholds.map(({ level, score }) => [String(level), flagged(score)])),
    };
  }

  /** A value that the logarithm cannot take lies as far below as can be. */
  #scoreOf(value: number, interval: { lower: number; upper: number }): number {
    const { forward } = this.#facts.transform;
    const [seen, lower, upper] = [forward(value), forward(interval.lower), forward(interval.upper)];
    if (Number.isNaN(seen)) return furthest;
    const outside = Math.max(lower - seen, seen - upper) / intervalWidth({ lower, upper, scale: 0 });
    return Math.min(Math.max(outside, -furthest), furthest);
  }
}
