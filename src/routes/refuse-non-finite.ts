import { appError } from "../errors.ts";
import type { ForecastOutput } from "../schemas/forecast.ts";

/** JSON has no NaN: JSON.stringify would make it null in silence. A forecast that holds one is our fault and says so. */
export function refuseNonFinite(outputs: readonly ForecastOutput[]): void {
  const allFinite = outputs.every(({ mean, median, quantiles }) =>
    [mean, median, ...Object.values(quantiles)].every((values) => values.every(Number.isFinite)),
  );
  if (!allFinite) throw appError("internal", "the model forecast a number that is not finite");
}
