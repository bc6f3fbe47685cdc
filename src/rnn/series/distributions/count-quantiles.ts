import library from "jstat";
import { normalShare } from "./normal-share.ts";

/** Counts that a table may hold: above, the steps between counts are finer than anybody asks. */
const mostCounts = 16_384;
const deviationsCovered = 12;
/** Of counts that are 0: below, the sums have nothing to begin with. */
const smallestShare = 1e-290;

/**
 * Quantiles of a negative binomial distribution (variance = mean + dispersion mean^2) at the shares that a standard normal
 * distribution has below a score: from its sums, or, where they would be too many or begin with nothing, those of the gamma
 * distribution with the same mean and variance.
 */
export function countQuantiles(mean: number, dispersion: number): (score: number) => number {
  const variance = mean + dispersion * mean * mean;
  const none = Math.exp(-Math.log1p(dispersion * mean) / dispersion);
  if (none < smallestShare || mean + deviationsCovered * Math.sqrt(variance) > mostCounts) {
    const shape = 1 / (1 / mean + dispersion);
    return (score) => {
      const relative = library.jStat.gamma.inv(normalShare(score), shape, 1) / shape;
      return Math.round(Math.min(mean * (Number.isFinite(relative) ? relative : 1), Number.MAX_VALUE));
    };
  }
  const sums = cumulative(mean, dispersion, none);
  return (score) => firstAtLeast(sums, normalShare(score));
}

/** P(count <= 0, 1, 2, ...) until nothing is left. */
function cumulative(mean: number, dispersion: number, none: number): number[] {
  const successes = 1 / dispersion;
  const share = (dispersion * mean) / (1 + dispersion * mean);
  let probability = none;
  let sum = probability;
  const sums = [sum];
  for (let count = 1; sum < 1 - 1e-12 && count <= mostCounts; count++) {
    probability *= ((count - 1 + successes) / count) * share;
    sum += probability;
    sums.push(sum);
  }
  return sums;
}

function firstAtLeast(sums: number[], level: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! >= level) high = middle;
    else low = middle + 1;
  }
  return low;
}
