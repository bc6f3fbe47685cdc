export interface IntervalForecast {
  actual: Float64Array;
  lower: Float64Array;
  upper: Float64Array;
}

/** How many of the actual values lie within their interval, bounds included, of how many. NaN in actual is left out. */
export function coverage({ actual, lower, upper }: IntervalForecast): { inside: number; count: number } {
  let inside = 0;
  let count = 0;
  for (const [step, value] of actual.entries()) {
    if (Number.isNaN(value)) continue;
    count++;
    if (value >= lower[step]! && value <= upper[step]!) inside++;
  }
  return { inside, count };
}
