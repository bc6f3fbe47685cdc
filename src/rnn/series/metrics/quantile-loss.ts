export interface QuantileForecast {
  actual: Float64Array;
  /** One path for each of `levels`. */
  paths: Float64Array[];
  levels: number[];
}

/**
 * What one series adds to a weighted quantile loss, which is the sum of `loss` over the sum of `size`: 2 max(q e, (q - 1) e) with
 * e = y - forecast, summed over the steps, its mean over the levels; and |y|, summed. NaN in actual is left out.
 */
export function quantileLoss({ actual, paths, levels }: QuantileForecast): { loss: number; size: number } {
  let loss = 0;
  let size = 0;
  for (const [step, value] of actual.entries()) {
    if (Number.isNaN(value)) continue;
    size += Math.abs(value);
    for (const [index, level] of levels.entries()) {
      const error = value - paths[index]![step]!;
      loss += (2 * Math.max(level * error, (level - 1) * error)) / levels.length;
    }
  }
  return { loss, size };
}
