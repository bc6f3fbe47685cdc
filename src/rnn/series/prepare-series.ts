import type { CovariateValues } from "./covariates/covariate-values.ts";
import { type FilledValues, fillGaps } from "./fill-gaps.ts";
import type { SeriesRecord } from "./read-series-file.ts";
import type { ValueTransform } from "./value-transform.ts";

/** A series as windows are cut from it: it begins and ends with a known value. */
export interface PreparedSeries extends FilledValues {
  id: string;
  /** As they came in; NaN where a value is missing. */
  target: Float64Array;
  /** Transformed; NaN where a value is missing. */
  transformed: Float64Array;
  /** Steps before the first known value. */
  skipped?: number;
  /** As they came in, from the series' very first step on. */
  sent?: CovariateValues | undefined;
}

/** Leaves out missing values at both ends, transforms, fills gaps; null where no value is known. */
export function prepareSeries(
  { id, values: source, covariates: sent }: SeriesRecord,
  transform: ValueTransform,
): PreparedSeries | null {
  const known = (value: number) => !Number.isNaN(value);
  const first = source.findIndex(known);
  if (first < 0) return null;
  const target = source.subarray(first, source.findLastIndex(known) + 1);
  const transformed = target.map(transform.forward);
  return { id, target, transformed, skipped: first, sent, ...fillGaps(transformed) };
}
