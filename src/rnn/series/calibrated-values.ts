import { normalQuantile } from "./distributions/normal-quantile.ts";
import type { ForecastDistribution } from "./forecast-distribution.ts";

/**
 * A distribution whose paths at the model's levels (ascending) were moved to `moved`: between them values move with their
 * neighbours, beyond the outermost the tail is stretched as the half inside is. Values by step and score; they keep their order.
 */
export function calibratedValues(
  { paths, at }: ForecastDistribution,
  moved: Float64Array[],
  levels: number[],
): (step: number, score: number) => number {
  if (moved === paths) return at;
  const scores = levels.map(normalQuantile);
  const last = levels.length - 1;
  const middle = levels.reduce((best, level, index) => (nearer(level, levels[best]!) ? index : best), 0);
  const beyond = (step: number, edge: number, value: number) => {
    const inside = paths[edge]![step]! - paths[middle]![step]!;
    const stretch = inside === 0 ? 1 : (moved[edge]![step]! - moved[middle]![step]!) / inside;
    const result = moved[edge]![step]! + (value - paths[edge]![step]!) * Math.abs(stretch);
    return Number.isFinite(result) ? result : moved[edge]![step]!;
  };
  return (step, score) => {
    const value = at(step, score);
    const above = scores.findIndex((known) => known >= score);
    if (above <= 0) return beyond(step, above < 0 ? last : 0, value);
    const [low, high] = [paths[above - 1]![step]!, paths[above]![step]!];
    const byValue = (value - low) / (high - low);
    const byScore = (score - scores[above - 1]!) / (scores[above]! - scores[above - 1]!);
    const share = high > low && Number.isFinite(byValue) ? Math.min(Math.max(byValue, 0), 1) : byScore;
    const [from, to] = [moved[above - 1]![step]!, moved[above]![step]!];
    return Math.min(Math.max(from * (1 - share) + to * share, from), to); // rounding may not leave them
  };
}

function nearer(level: number, other: number): boolean {
  return Math.abs(level - 0.5) < Math.abs(other - 0.5);
}
