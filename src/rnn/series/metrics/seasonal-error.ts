/**
 * Mean absolute error of the seasonal naive forecast within a series: the scale of MASE (Hyndman and Koehler 2006). Steps with a
 * missing value (NaN) are left out; a series without two seasons' values is compared with the step before. null where nothing can be compared.
 */
export function seasonalError(values: Float64Array, season: number): number | null {
  let mean = 0;
  let count = 0;
  for (let step = season; step < values.length; step++) {
    const error = Math.abs(values[step]! - values[step - season]!);
    if (!Number.isNaN(error)) mean += (error - mean) / ++count;
  }
  if (count > 0) return mean;
  return season > 1 ? seasonalError(values, 1) : null;
}
