import type { Series } from "../../../schemas/datasets.ts";

/** Covariates as they are sent and stored. */
export type CovariateValues = Pick<Series, "past_covariates" | "future_covariates" | "static">;

/** Of which there is one list or value a series. */
export const covariateFields = ["past_covariates", "future_covariates", "static"] as const;

/** Own values only: a name may be that of something every object has. */
export function valueNamed<Value>(values: Record<string, Value> | undefined, name: string): Value | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
