import type { ForecastGeometry } from "../forecast-geometry.ts";
import { valueTransforms } from "../value-transform.ts";
import type { TrainingSeries } from "../window-sampler.ts";
import { drift } from "./drift.ts";
import { naive2 } from "./naive-2.ts";
import { seasonalNaive } from "./seasonal-naive.ts";

export type BaselineName = "naive" | "seasonal_naive" | "drift" | "naive2";
export const baselineNames: readonly BaselineName[] = ["naive", "seasonal_naive", "drift", "naive2"];

/** Forecasts of a series' hold-out without any learning; null where one is not defined. */
export type BaselineForecasts = Record<BaselineName, Float64Array | null>;

const finite = (path: Float64Array) =>
  path.map((value) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE));

export function baselineForecasts(
  { series, trainLength }: TrainingSeries,
  { season, horizon, transform }: ForecastGeometry,
): BaselineForecasts {
  const { inverse } = valueTransforms[transform];
  const untransformed = { values: series.values.map(inverse), latestKnown: series.latestKnown };
  const known = untransformed.values.subarray(0, trainLength);
  const isPositive = known.every((value) => value > 0);
  const seasonless = isPositive ? naive2(untransformed, trainLength, { season, horizon }) : null;
  return {
    naive: seasonalNaive(untransformed, trainLength, { season: 1, horizon }),
    seasonal_naive: seasonalNaive(untransformed, trainLength, { season, horizon }),
    drift: finite(drift(untransformed, trainLength, horizon)),
    naive2: seasonless?.every(Number.isFinite) ? seasonless : null,
  };
}
