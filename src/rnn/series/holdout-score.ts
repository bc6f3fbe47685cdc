import { type Accuracy, AccuracyScore, type ScoredForecast } from "./accuracy-score.ts";
import type { BaselineAccuracy } from "./baselines/score-baselines.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { coverage } from "./metrics/coverage.ts";

export type HoldoutForecast = ScoredForecast & { paths: Float64Array[] };

/** Errors of the median forecast over many series, the baselines' on the same steps beside them, and how sure the quantiles are. */
export class HoldoutScore {
  readonly #levels: number[];
  readonly #accuracy: AccuracyScore;
  readonly #interval = { inside: 0, count: 0 };
  #series = 0;

  /** Levels of the quantiles, ascending. */
  constructor(levels: number[]) {
    this.#levels = levels;
    this.#accuracy = new AccuracyScore(levels);
  }

  add(forecast: HoldoutForecast): void {
    this.#series++;
    this.#accuracy.add(forecast);
    const { actual, paths } = forecast;
    const { inside, count } = coverage({ actual, lower: paths[0]!, upper: paths.at(-1)! });
    this.#interval.inside += inside;
    this.#interval.count += count;
  }

  /**
   * The outermost interval's coverage is coverage_80 for 0.1 and 0.9: as calibrated, and without. `skill` is the share of the
   * seasonal naive forecast's error that is gone, `owa` that of the M4 competition. What is not defined is left out.
   */
  metrics(baselines: BaselineAccuracy, calibration: ForecastCalibration | null): Record<string, number> {
    const nominal = Math.round((this.#levels.at(-1)! - this.#levels[0]!) * 100);
    const raw = this.#interval.inside / this.#interval.count;
    const own = this.#accuracy.accuracy();
    const ratio = skillRatio(own, baselines.seasonal_naive);
    const ofBaselines = Object.entries(baselines).flatMap(([name, accuracy]) =>
      Object.entries(accuracy).map(([metric, value]) => [`${name}_${metric}`, value]),
    );
    const all: Record<string, number | null> = {
      ...own,
      owa: overallWeightedAverage(own, baselines.naive2),
      ...(nominal > 0 && {
        [`coverage_${nominal}`]: calibration?.empirical ?? raw,
        [`coverage_${nominal}_uncalibrated`]: raw,
      }),
      mase_ratio: ratio,
      skill: ratio === null ? null : 1 - ratio,
      ...Object.fromEntries(ofBaselines),
      holdout_series: this.#series,
    };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== null && Number.isFinite(entry[1])),
    );
  }
}

function skillRatio({ mase }: Accuracy, { mase: naive }: Accuracy): number | null {
  return mase === null || naive === null ? null : mase / naive;
}

/** Mean of sMAPE and MASE, each relative to Naive2's (Makridakis, Spiliotis and Assimakopoulos 2020). */
function overallWeightedAverage(own: Accuracy, naive2: Accuracy): number | null {
  if (own.mase === null || own.smape === null || naive2.mase === null || naive2.smape === null) return null;
  return (own.smape / naive2.smape + own.mase / naive2.mase) / 2;
}
