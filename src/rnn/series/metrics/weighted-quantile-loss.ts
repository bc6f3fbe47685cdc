export interface QuantileForecast {
  actual: Float64Array;
  /** One path for each of `levels`. */
  paths: Float64Array[];
  levels: number[];
}

/**
 * Weighted quantile loss over many series: for each level 2 sum of max(q e, (q - 1) e) with e = y - forecast, over the sum of |y|;
 * the mean of the levels. NaN in actual is left out; null where all actual values are 0 or missing.
 */
export function weightedQuantileLoss(forecasts: QuantileForecast[]): number | null {
  let loss = 0;
  let size = 0;
  for (const { actual, paths, levels } of forecasts) {
    for (const [step, value] of actual.entries()) {
      if (Number.isNaN(value)) continue;
      size += Math.abs(value);
      for (const [index, level] of levels.entries()) {
        const error = value - paths[index]![step]!;
        loss += (2 * Math.max(level * error, (level - 1) * error)) / levels.length;
      }
    }
  }
  const weighted = loss / size;
  return Number.isFinite(weighted) ? weighted : null;
}
