import { type CovariateValues, covariateFields } from "./covariate-values.ts";

/** Names of all covariates of a series: past, then future, then static ones. */
export function covariateNames(values: CovariateValues | undefined): string[] {
  return covariateFields.flatMap((field) => Object.keys(values?.[field] ?? {}));
}
