import { anomalyLevels } from "../../../schemas/anomalies.ts";

/** How far outside the calibrated outermost interval values of the hold-out lay: at each level, the score that so many did not exceed. */
export interface OutsideScores {
  levels: number[];
  /** In widths of the interval. */
  scores: number[];
}

const smallestWidth = 0.01;

/**
 * Split-conformal thresholds (Vovk, Gammerman and Shafer 2005): the k-th smallest of n scores, k = ceil((n + 1) level); a level that n
 * is too small for is left out. `raw` are scores against the interval before step `shifts` moved its sides by so many widths. [steps][values]
 */
export function outsideScores(raw: number[][], shifts: number[]): OutsideScores {
  const moved = raw.flatMap((scores, step) => {
    const shift = shifts[step]!;
    return scores.map((score) => (score - shift) / Math.max(1 + 2 * shift, smallestWidth));
  });
  const sorted = Float64Array.from(moved).sort();
  const levels = anomalyLevels.filter((level) => Math.ceil((sorted.length + 1) * level) <= sorted.length);
  return { levels, scores: levels.map((level) => sorted[Math.ceil((sorted.length + 1) * level) - 1]!) };
}
