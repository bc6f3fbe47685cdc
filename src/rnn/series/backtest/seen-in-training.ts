import type { WholeSeries } from "./read-whole-series.ts";

/**
 * Whether training on this series saw values from `at` on: all but the last horizon of a series of 3 horizons or more, the whole of
 * one of 2, nothing of a shorter one (as splitSeries keeps them apart).
 */
export function seenInTraining({ target, skipped }: WholeSeries, at: number, horizon: number): boolean {
  const length = target.findLastIndex((value) => !Number.isNaN(value)) + 1;
  if (length < 2 * horizon) return false;
  return at - skipped < (length >= 3 * horizon ? length - horizon : length);
}
