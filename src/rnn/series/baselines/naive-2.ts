import type { FilledValues } from "../fill-gaps.ts";
import { seasonalNaive } from "./seasonal-naive.ts";

/** 90 % of a normal distribution lie below it, to both sides: the significance that the competition asked for. */
const critical = 1.645;

/**
 * Naive2 of the M4 competition: the last value of the series without its season, with the season put back. The season is taken out
 * by classical multiplicative decomposition, where the autocorrelation at its lag is significant. Values are untransformed and
 * positive; `length` steps of them are known.
 */
export function naive2(
  { values, latestKnown }: FilledValues,
  length: number,
  { season, horizon }: { season: number; horizon: number },
): Float64Array {
  const known = values.subarray(0, length);
  const last = seasonalNaive({ values, latestKnown }, length, { season: 1, horizon });
  if (season === 1 || length < 3 * season || !isSeasonal(known, season)) return last;
  const indices = seasonalIndices(known, season);
  const level = last[0]! / indices[(length - 1) % season]!;
  return last.map((_, step) => level * indices[(length + step) % season]!);
}

/** Bartlett's bound of the autocorrelation at the lag of the season, as the competition's code has it. */
function isSeasonal(values: Float64Array, season: number): boolean {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  const product = (lag: number) => {
    let sum = 0;
    for (let step = lag; step < count; step++) sum += (values[step]! - mean) * (values[step - lag]! - mean);
    return sum;
  };
  const variance = product(0);
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += 2 * (product(lag) / variance) ** 2;
  return Math.abs(product(season) / variance) > critical * Math.sqrt((1 + squares) / count);
}

/** What each step of the season is to the centred moving average around it; their mean is 1. */
function seasonalIndices(values: Float64Array, season: number): number[] {
  const half = Math.floor(season / 2);
  const sums = new Array<number>(season).fill(0);
  const counts = new Array<number>(season).fill(0);
  for (let step = half; step + half < values.length; step++) {
    let average = 0;
    for (let offset = -half; offset <= half; offset++) {
      const weight = season % 2 === 0 && Math.abs(offset) === half ? 0.5 : 1;
      average += (weight * values[step + offset]!) / season;
    }
    sums[step % season]! += values[step]! / average;
    counts[step % season]! += 1;
  }
  const means = sums.map((sum, index) => sum / counts[index]!);
  const mean = means.reduce((sum, value) => sum + value / season, 0);
  return means.map((value) => value / mean);
}
