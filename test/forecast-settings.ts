import type { ResolvedForecastSettings } from "../src/schemas/models.ts";

/** What most tests leave as it is: one small network with the plainest head. */
export const plainForecast = {
  seeds: 1,
  likelihood: "quantile",
  scaling: "window",
  minimum: null,
  maximum: null,
  integer: false,
  covariates: [],
} satisfies Partial<ResolvedForecastSettings>;
