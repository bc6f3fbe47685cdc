import type { CovariateValues } from "./covariates/covariate-values.ts";
import { storedSeries } from "./stored-series.ts";

export interface SeriesRecord {
  id: string;
  /** Oldest first; NaN where a value is missing. */
  values: Float64Array;
  covariates?: CovariateValues;
}

/** Reads a stored dataset, one series a line. Throws dataset_invalid. */
export async function readSeriesFile(path: string): Promise<SeriesRecord[]> {
  const records: SeriesRecord[] = [];
  for await (const { id, target, past_covariates, future_covariates, static: statics } of storedSeries(path)) {
    const covariates = { past_covariates, future_covariates, static: statics };
    records.push({ id, values: Float64Array.from(target, (value) => value ?? Number.NaN), covariates });
  }
  return records;
}
