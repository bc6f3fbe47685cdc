import { coverage } from "./metrics/coverage.ts";
import { meanAbsoluteScaledError } from "./metrics/mean-absolute-scaled-error.ts";
import { symmetricMeanAbsolutePercentageError } from "./metrics/symmetric-mean-absolute-percentage-error.ts";
import { weightedQuantileLoss } from "./metrics/weighted-quantile-loss.ts";

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

type PointMetric = (forecast: HoldoutForecast, path: Float64Array) => number | null;

const mase: PointMetric = ({ actual, seasonalError }, path) =>
  seasonalError ? meanAbsoluteScaledError(actual, path, seasonalError) : null;
const smape: PointMetric = ({ actual }, path) => symmetricMeanAbsolutePercentageError(actual, path);

/** Mean over the series for which the metric is defined. */
function mean(forecasts: HoldoutForecast[], metric: PointMetric, path: "median" | "naive"): number | null {
  let result = 0;
  let count = 0;
  for (const forecast of forecasts) {
    const value = metric(forecast, forecast[path]);
    if (value !== null) result += (value - result) / ++count;
  }
  return count > 0 ? result : null;
}

/**
 * Errors of the median forecast over many series, the seasonal naive forecast's on the same steps beside them, and how sure the
 * outermost quantiles are: coverage_80 for 0.1 and 0.9. What is not defined (MASE of constant series) is left out.
 */
export function holdoutMetrics(forecasts: HoldoutForecast[], levels: number[]): Record<string, number> {
  const intervals = forecasts.map(({ actual, paths }) => ({ actual, lower: paths[0]!, upper: paths.at(-1)! }));
  const nominal = Math.round((levels.at(-1)! - levels[0]!) * 100);
  const all: Record<string, number | null> = {
    mase: mean(forecasts, mase, "median"),
    smape: mean(forecasts, smape, "median"),
    weighted_quantile_loss: weightedQuantileLoss(forecasts.map(({ actual, paths }) => ({ actual, paths, levels }))),
    [`coverage_${nominal}`]: nominal > 0 ? coverage(intervals) : null,
    seasonal_naive_mase: mean(forecasts, mase, "naive"),
    seasonal_naive_smape: mean(forecasts, smape, "naive"),
    holdout_series: forecasts.length,
  };
  if (all.mase !== null && all.seasonal_naive_mase) all.mase_ratio = all.mase! / all.seasonal_naive_mase;
  const defined = Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== null);
  return Object.fromEntries(defined.filter(([, value]) => Number.isFinite(value)));
}
