import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { NetworkAnswer } from "./network-answer.ts";

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

/**
 * One path for each quantile level, in transformed units and never infinite. What a member has for a step is sorted over the
 * levels, so that paths never cross; then the mean over the members is taken, level by level (Vincent 1912).
 */
export function sortedPaths(
  { answer: corrections, batch, row }: NetworkAnswer,
  { horizon, seeds, quantiles: { length: levels } }: ForecastGeometry,
): Float64Array[] {
  const sorted = new Float32Array(levels);
  const paths = Array.from({ length: levels }, () => new Float64Array(horizon));
  const scale = batch.scales[row]!;
  const ofMember = corrections.length / seeds;
  for (let step = 0; step < horizon; step++) {
    const at = row * horizon + step;
    const mean = new Float64Array(levels);
    for (let member = 0; member < seeds; member++) {
      sortInto(sorted, corrections, member * ofMember + at * levels);
      for (let level = 0; level < levels; level++) mean[level]! += sorted[level]! / seeds;
    }
    for (let level = 0; level < levels; level++)
      paths[level]![step] = bounded(batch.baseline[at]! + scale * mean[level]!);
  }
  return paths;
}

/** By insertion: a few numbers that are in order already, or nearly so. */
function sortInto(sorted: Float32Array, values: Float32Array, start: number): void {
  for (let index = 0; index < sorted.length; index++) {
    const value = values[start + index]!;
    let place = index;
    for (; place > 0 && sorted[place - 1]! > value; place--) sorted[place] = sorted[place - 1]!;
    sorted[place] = value;
  }
}
