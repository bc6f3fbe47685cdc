/** sMAPE of one series in percent, 0 to 200: mean of 200 |y - f| / (|y| + |f|), 0 where both are 0 (as in the M4 competition). NaN in actual is left out. */
export function symmetricMeanAbsolutePercentageError(actual: Float64Array, forecast: Float64Array): number | null {
  let mean = 0;
  let count = 0;
  for (const [step, value] of actual.entries()) {
    if (Number.isNaN(value)) continue;
    const size = Math.abs(value) / 2 + Math.abs(forecast[step]!) / 2;
    const error = size === 0 ? 0 : 200 * (Math.abs(value / 2 - forecast[step]! / 2) / size);
    mean += (error - mean) / ++count;
  }
  return count > 0 ? mean : null;
}
