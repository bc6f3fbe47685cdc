import { covariateNames } from "./covariates/covariate-names.ts";
import type { SeriesRecord } from "./read-series-file.ts";

/** What the choice of settings depends on. */
export interface SeriesFacts {
  frequency: string | null;
  /** Of all values of all series. */
  minimum: number;
  maximum: number;
  /** Whether all of them are whole numbers. */
  whole: boolean;
  /** Names, in the order of the data. */
  covariates?: string[];
}

export function seriesFacts(records: SeriesRecord[], frequency: string | null): SeriesFacts {
  const facts = {
    frequency,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    whole: true,
    covariates: covariateNames(records[0]?.covariates),
  };
  for (const { values } of records) {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      if (value < facts.minimum) facts.minimum = value;
      if (value > facts.maximum) facts.maximum = value;
      if (!Number.isInteger(value)) facts.whole = false;
    }
  }
  return facts;
}
