import { heldBack } from "../held-back.ts";
import type { WholeSeries } from "./read-whole-series.ts";

/**
 * Whether training on this series saw values from `at` on: all but the last horizon of a series of 3 horizons or more (all but
 * up to `mostHeldBack` horizons where series were few), the whole of one of 2, nothing of a shorter one (as splitSeries keeps them apart).
 */
export function seenInTraining(
  { target, skipped }: WholeSeries,
  at: number,
  trained: { horizon: number; mostHeldBack: number },
): boolean {
  const { horizon, mostHeldBack } = trained;
  const length = target.findLastIndex((value) => !Number.isNaN(value)) + 1;
  if (length < 2 * horizon) return false;
  return at - skipped < length - heldBack(length, horizon, mostHeldBack);
}
