export interface FilledValues {
  /** Without NaN: a gap is a straight line between its neighbours; after the last known value stands that value. */
  values: Float64Array;
  /** For each step the latest step with a known value; null where no value is missing. */
  latestKnown: Int32Array | null;
}

/**
 * Fills the missing values (NaN) of one series that begins with a known one. A forecast made inside a gap must not see the gap's
 * far side: contexts hold the value of `latestKnown` there instead of the line.
 */
export function fillGaps(source: Float64Array): FilledValues {
  if (!source.some(Number.isNaN)) return { values: source, latestKnown: null };
  const values = source.slice();
  const latestKnown = new Int32Array(source.length);
  let before = 0;
  for (let step = 0; step < source.length; step++) {
    if (!Number.isNaN(source[step])) {
      for (let gap = before + 1; gap < step; gap++) {
        const share = (gap - before) / (step - before);
        values[gap] = source[before]! * (1 - share) + source[step]! * share;
      }
      before = step;
    }
    latestKnown[step] = before;
  }
  values.fill(source[before]!, before + 1);
  return { values, latestKnown };
}
