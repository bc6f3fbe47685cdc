import type { FilledValues } from "../fill-gaps.ts";

/** The last season repeated; the last value where less than a season is there. `length` steps of the values are known. */
export function seasonalNaive(
  { values, latestKnown }: FilledValues,
  length: number,
  { season, horizon }: { season: number; horizon: number },
): Float64Array {
  const period = length >= season ? season : 1;
  const latest = latestKnown?.[length - 1] ?? length - 1;
  return Float64Array.from({ length: horizon }, (_, step) => {
    const from = length - period + (step % period);
    return values[Math.min(from, latest)]!;
  });
}
