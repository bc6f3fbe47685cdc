import { appError, type ErrorDetail } from "../../errors.ts";
import type { PathRequest } from "./forecast-call.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";

/** null: the model's own; no paths. */
export interface AskedForecast {
  horizon: number | null;
  quantiles: number[] | null;
  paths: PathRequest | null;
}

/** Throws with all that the model cannot give. */
export function checkForecastRequest(
  { horizon, quantiles, likelihood }: ForecastGeometry,
  { horizon: askedHorizon, quantiles: asked, paths }: AskedForecast,
): void {
  const errors: ErrorDetail[] = [];
  if (askedHorizon !== null && askedHorizon > horizon) {
    const message = `expected at most the model's horizon of ${horizon} steps, got ${askedHorizon}`;
    const hint = "train a model with a larger horizon";
    errors.push({
      pointer: "/horizon",
      code: "maximum",
      message,
      value: askedHorizon,
      allowed: { maximum: horizon },
      hint,
    });
  }
  const allowed = { minimum: quantiles[0]!, maximum: quantiles.at(-1)! };
  const given = likelihood === "quantile" ? (asked ?? []) : []; // a family has every level
  for (const [index, level] of given.entries()) {
    if (level >= allowed.minimum && level <= allowed.maximum) continue;
    const message = `expected between ${allowed.minimum} and ${allowed.maximum}, the model's outermost quantiles, got ${level}`;
    const hint = "train a model with these quantiles";
    errors.push({ pointer: `/quantiles/${index}`, code: "range", message, value: level, allowed, hint });
  }
  if (paths !== null && likelihood === "quantile" && quantiles.length === 1) {
    const message = "sample paths need a distribution, and the model has one quantile only";
    const hint = "train a model with more quantiles, or with another likelihood";
    errors.push({ pointer: "/samples", code: "not_applicable", message, value: paths.count, hint });
  }
  if (errors.length > 0) throw appError("validation_failed", errors[0]!.message, { errors });
}
