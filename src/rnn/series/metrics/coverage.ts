export interface IntervalForecast {
  actual: Float64Array;
  lower: Float64Array;
  upper: Float64Array;
}

/** Share of the actual values that lie within their interval, bounds included. NaN in actual is left out; null where nothing is left. */
export function coverage(forecasts: IntervalForecast[]): number | null {
  let inside = 0;
  let count = 0;
  for (const { actual, lower, upper } of forecasts) {
    for (const [step, value] of actual.entries()) {
      if (Number.isNaN(value)) continue;
      count++;
      if (value >= lower[step]! && value <= upper[step]!) inside++;
    }
  }
  return count > 0 ? inside / count : null;
}
