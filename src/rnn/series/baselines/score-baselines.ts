import { type Accuracy, AccuracyScore } from "../accuracy-score.ts";
import type { ForecastGeometry } from "../forecast-geometry.ts";
import { seasonalError } from "../metrics/seasonal-error.ts";
import type { TrainingSeries } from "../window-sampler.ts";
import { type BaselineName, baselineForecasts, baselineNames } from "./baseline-forecasts.ts";

export type BaselineAccuracy = Record<BaselineName, Accuracy>;

/** What a forecast without any learning reaches on the same hold-outs; a baseline counts where it is defined for every series. */
export function scoreBaselines(holdouts: TrainingSeries[], geometry: ForecastGeometry): BaselineAccuracy {
  const { horizon, season, quantiles } = geometry;
  const scores = new Map(baselineNames.map((name) => [name, new AccuracyScore(quantiles)]));
  for (const one of holdouts) {
    const { target } = one.series;
    const history = target.subarray(0, one.trainLength);
    const actual = target.subarray(one.trainLength, one.trainLength + horizon);
    const error = seasonalError(history, season);
    for (const [name, point] of Object.entries(baselineForecasts(one, geometry)) as [
      BaselineName,
      Float64Array | null,
    ][]) {
      if (point === null) scores.delete(name);
      scores.get(name)?.add({ actual, point: point ?? actual, paths: null, history, seasonalError: error });
    }
  }
  const none: Accuracy = { mase: null, smape: null, rmsse: null, weighted_quantile_loss: null };
  const rows = baselineNames.map((name) => [name, scores.get(name)?.accuracy() ?? none]);
  return Object.fromEntries(rows) as BaselineAccuracy;
}
