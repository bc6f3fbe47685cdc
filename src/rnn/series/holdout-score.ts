import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { coverage } from "./metrics/coverage.ts";
import { meanAbsoluteScaledError } from "./metrics/mean-absolute-scaled-error.ts";
import { quantileLoss } from "./metrics/quantile-loss.ts";
import { symmetricMeanAbsolutePercentageError } from "./metrics/symmetric-mean-absolute-percentage-error.ts";

export interface HoldoutForecast {
  /** NaN where a value is missing. */
  actual: Float64Array;
  median: Float64Array;
  /** For each level. */
  paths: Float64Array[];
  naive: Float64Array;
  /** Of the steps before the hold-out; null where the series has none. */
  seasonalError: number | null;
}

/** Of the values that are defined; MASE of a constant series is not. */
class Mean {
  #value = 0;
  #count = 0;

  add(value: number | null): void {
    if (value !== null) this.#value += (value - this.#value) / ++this.#count;
  }

  value(): number | null {
    return this.#count > 0 ? this.#value : null;
  }
}

/** Errors of the median forecast over many series, the seasonal naive forecast's on the same steps beside them, and how sure the quantiles are. */
export class HoldoutScore {
  readonly #levels: number[];
  readonly #mase = { median: new Mean(), naive: new Mean() };
  readonly #smape = { median: new Mean(), naive: new Mean() };
  readonly #quantiles = { loss: 0, size: 0 };
  readonly #interval = { inside: 0, count: 0 };
  #series = 0;

  /** Levels of the quantiles, ascending. */
  constructor(levels: number[]) {
    this.#levels = levels;
  }

  add(forecast: HoldoutForecast): void {
    const { actual, paths, seasonalError } = forecast;
    this.#series++;
    for (const path of ["median", "naive"] as const) {
      if (seasonalError) this.#mase[path].add(meanAbsoluteScaledError(actual, forecast[path], seasonalError));
      this.#smape[path].add(symmetricMeanAbsolutePercentageError(actual, forecast[path]));
    }
    const { loss, size } = quantileLoss({ actual, paths, levels: this.#levels });
    this.#quantiles.loss += loss;
    this.#quantiles.size += size;
    const { inside, count } = coverage({ actual, lower: paths[0]!, upper: paths.at(-1)! });
    this.#interval.inside += inside;
    this.#interval.count += count;
  }

  /**
   * The outermost interval's coverage is coverage_80 for 0.1 and 0.9: as calibrated, and without. What is not defined is left out.
   */
  metrics(calibration: ForecastCalibration | null = null): Record<string, number> {
    const nominal = Math.round((this.#levels.at(-1)! - this.#levels[0]!) * 100);
    const raw = this.#interval.inside / this.#interval.count;
    const [mase, naiveMase] = [this.#mase.median.value(), this.#mase.naive.value()];
    const all: Record<string, number | null> = {
      mase,
      smape: this.#smape.median.value(),
      weighted_quantile_loss: this.#quantiles.loss / this.#quantiles.size,
      ...(nominal > 0 && {
        [`coverage_${nominal}`]: calibration?.empirical ?? raw,
        [`coverage_${nominal}_uncalibrated`]: raw,
      }),
      seasonal_naive_mase: naiveMase,
      seasonal_naive_smape: this.#smape.naive.value(),
      mase_ratio: mase === null || naiveMase === null ? null : mase / naiveMase,
      holdout_series: this.#series,
    };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  }
}
