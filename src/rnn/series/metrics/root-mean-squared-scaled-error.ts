export interface ScaledErrorInput {
  actual: Float64Array;
  forecast: Float64Array;
  /** What came before the actual values; NaN where a value is missing. */
  history: Float64Array;
}

/** RMSSE of one series: the root of the mean squared error over that of the one-step naive forecast within the history (M5 competition). null where it is not defined. */
export function rootMeanSquaredScaledError({ actual, forecast, history }: ScaledErrorInput): number | null {
  const scale = rootMeanSquare(history.length - 1, (step) => history[step + 1]! - history[step]!);
  const error = rootMeanSquare(actual.length, (step) => actual[step]! - forecast[step]!);
  const ratio = error / scale;
  return Number.isFinite(ratio) ? ratio : null;
}

/** Over the values that are not NaN; NaN where there are none. Scaled by the largest, so that no square overflows. */
function rootMeanSquare(count: number, value: (step: number) => number): number {
  let largest = 0;
  let known = 0;
  for (let step = 0; step < count; step++) {
    const size = Math.abs(value(step));
    if (Number.isNaN(size)) continue;
    known++;
    largest = Math.max(largest, size);
  }
  if (known === 0) return Number.NaN;
  if (largest === 0) return 0;
  let mean = 0;
  for (let step = 0; step < count; step++) {
    const share = value(step) / largest;
    if (!Number.isNaN(share)) mean += (share * share) / known;
  }
  return largest * Math.sqrt(mean);
}
