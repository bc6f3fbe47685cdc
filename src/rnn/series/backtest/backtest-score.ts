import type { BacktestEnd, BacktestMetrics } from "../../../schemas/backtest.ts";
import { AccuracyScore, type ScoredForecast } from "../accuracy-score.ts";
import { type LevelPair, levelPairs } from "../calibration/level-pairs.ts";
import { coverage } from "../metrics/coverage.ts";

export interface BacktestedForecast extends ScoredForecast {
  paths: Float64Array[];
  /** The seasonal naive forecast of the same steps. */
  naive: Float64Array;
  window: number;
  seenInTraining: boolean | null;
}

/** Errors of the forecasts of one window, or of all. */
class WindowScore {
  forecasts = 0;
  seenInTraining = 0;
  readonly #own: AccuracyScore;
  readonly #naive: AccuracyScore;
  readonly #intervals: { pair: LevelPair; inside: number; count: number }[];

  constructor(levels: number[]) {
    this.#own = new AccuracyScore(levels);
    this.#naive = new AccuracyScore(levels);
    this.#intervals = levelPairs(levels).map((pair) => ({ pair, inside: 0, count: 0 }));
  }

  add(forecast: BacktestedForecast): void {
    this.forecasts++;
    if (forecast.seenInTraining) this.seenInTraining++;
    this.#own.add(forecast);
    this.#naive.add({ ...forecast, point: forecast.naive, paths: null });
    const { actual, paths } = forecast;
    for (const interval of this.#intervals) {
      const { lower, upper } = interval.pair;
      const { inside, count } = coverage({ actual, lower: paths[lower]!, upper: paths[upper]! });
      interval.inside += inside;
      interval.count += count;
    }
  }

  metrics(): BacktestMetrics {
    const [own, naive] = [this.#own.accuracy(), this.#naive.accuracy()];
    const known = this.#intervals.filter(({ count }) => count > 0);
    const skill = own.mase === null || !naive.mase ? null : 1 - own.mase / naive.mase;
    return {
      ...own,
      coverage: Object.fromEntries(known.map(({ pair, inside, count }) => [nominal(pair), inside / count])),
      seasonal_naive: naive,
      skill,
    };
  }
}

/** 0.8, not 0.8000000000000000444. */
function nominal({ coverage }: LevelPair): string {
  return String(Math.round(coverage * 1e6) / 1e6);
}

/** Errors of a backtest, by window and over all; takes no more memory for more series. */
export class BacktestScore {
  readonly #all: WindowScore;
  readonly #windows: WindowScore[];

  /** Levels of the quantiles, ascending. */
  constructor(levels: number[], windows: number) {
    this.#all = new WindowScore(levels);
    this.#windows = Array.from({ length: windows }, () => new WindowScore(levels));
  }

  add(forecast: BacktestedForecast): void {
    this.#all.add(forecast);
    this.#windows[forecast.window - 1]!.add(forecast);
  }

  /** Windows without a forecast are left out. */
  result(): Pick<BacktestEnd, "forecasts" | "windows" | "metrics"> {
    const windows = this.#windows.flatMap((score, index) => {
      if (score.forecasts === 0) return [];
      const { forecasts, seenInTraining } = score;
      return [{ window: index + 1, forecasts, seen_in_training: seenInTraining, metrics: score.metrics() }];
    });
    return { forecasts: this.#all.forecasts, windows, metrics: this.#all.metrics() };
  }
}
