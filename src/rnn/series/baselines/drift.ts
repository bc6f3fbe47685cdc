import type { FilledValues } from "../fill-gaps.ts";

/** The line through the first and the last known value goes on (Hyndman and Athanasopoulos 2021, section 5.2). `length` steps of the values are known. */
export function drift({ values, latestKnown }: FilledValues, length: number, horizon: number): Float64Array {
  const latest = latestKnown?.[length - 1] ?? length - 1;
  const last = values[latest]!;
  // Shares: the difference of two doubles may be none.
  const slope = latest === 0 ? 0 : last / latest - values[0]! / latest;
  return Float64Array.from({ length: horizon }, (_, step) => last + slope * (length - latest + step));
}
