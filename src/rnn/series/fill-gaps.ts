import type { SeriesCovariates } from "./covariates/series-covariates.ts";

export interface FilledValues {
  /** Without NaN: a gap is a straight line between its neighbours; after the last known value stands that value. */
  values: Float64Array;
  /** For each step the latest step with a known value; null where no value is missing. */
  latestKnown: Int32Array | null;
  /** Beside the values; of models with covariates. */
  covariates?: SeriesCovariates | null;
}

/**
 * Fills the missing values (NaN) of one series that begins with a known one. A forecast made inside a gap must not see the gap's
 * far side: contexts hold the value of `latestKnown` there instead of the line. Of the end of a series alone `earlier` is the last
 * known value before it, so many steps before its first.
 */
export function fillGaps(source: Float64Array, earlier: { value: number; steps: number } | null = null): FilledValues {
  if (!source.some(Number.isNaN)) return { values: source, latestKnown: null };
  const values = source.slice();
  const latestKnown = new Int32Array(source.length);
  let before = earlier && Number.isNaN(source[0]) ? -earlier.steps : 0;
  const valueAt = (step: number) => (step < 0 ? earlier!.value : source[step]!);
  for (let step = 0; step < source.length; step++) {
    if (!Number.isNaN(source[step])) {
      for (let gap = Math.max(0, before + 1); gap < step; gap++) {
        const share = (gap - before) / (step - before);
        values[gap] = valueAt(before) * (1 - share) + source[step]! * share;
      }
      before = step;
    }
    latestKnown[step] = Math.max(0, before);
  }
  values.fill(valueAt(before), Math.max(0, before + 1));
  return { values, latestKnown };
}
