/** MASE of one series: mean |actual - forecast| over its seasonalError (Hyndman and Koehler 2006). NaN in actual is left out; null where nothing is left. */
export function meanAbsoluteScaledError(
  actual: Float64Array,
  forecast: Float64Array,
  seasonalError: number,
): number | null {
  let mean = 0;
  let count = 0;
  for (const [step, value] of actual.entries()) {
    if (!Number.isNaN(value)) mean += (Math.abs(value - forecast[step]!) / seasonalError - mean) / ++count;
  }
  return count > 0 && Number.isFinite(mean) ? mean : null;
}
