import { blendPaths, blendShift } from "./blend-paths.ts";
import { likelihoods } from "./distributions/likelihoods.ts";
import { normalQuantile } from "./distributions/normal-quantile.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { NetworkAnswer } from "./network-answer.ts";
import { quantileTails } from "./quantile-tails.ts";
import { sortedPaths } from "./sorted-paths.ts";

/** What the network says of one series, step by step, in transformed units and never infinite; not yet calibrated. */
export interface ForecastDistribution {
  /** At the model's own levels. [levels][horizon] */
  readonly paths: Float64Array[];
  /** For a step: the value below which the share lies that a standard normal distribution has below `score`. */
  at(step: number, score: number): number;
}

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

/** Reads a row of what the network gave, and moves it towards the batch's smoothed forecast by the weight. */
export function forecastDistribution(
  given: NetworkAnswer,
  geometry: ForecastGeometry,
  weight = 0,
): ForecastDistribution {
  const alone = ofNetwork(given, geometry);
  if (weight === 0) return alone;
  const blend = { paths: alone.paths, levels: geometry.quantiles, smoothed: given.batch.smoothed[given.row]!, weight };
  const shift = blendShift(blend);
  return { paths: blendPaths(blend), at: (step, score) => bounded(alone.at(step, score) + shift[step]!) };
}

function ofNetwork(given: NetworkAnswer, geometry: ForecastGeometry): ForecastDistribution {
  const { likelihood, quantiles: levels } = geometry;
  if (likelihoods[likelihood] === null) {
    const paths = sortedPaths(given, geometry);
    return { paths, at: quantileTails(paths, levels) };
  }
  const steps = familyOf(given, geometry);
  const at = (step: number, score: number) => steps[step]!(score);
  const scores = levels.map(normalQuantile);
  return { at, paths: scores.map((score) => Float64Array.from(steps, (quantile) => quantile(score))) };
}

/** Quantiles of each step's distribution, whose parameters are the mean of the members'. */
function familyOf(
  { answer, batch, row }: NetworkAnswer,
  { horizon, seeds, likelihood, outputsPerStep }: ForecastGeometry,
): ((score: number) => number)[] {
  const family = likelihoods[likelihood]!;
  const ofMember = answer.length / seeds;
  const scale = batch.scales[row]!;
  return Array.from({ length: horizon }, (_, step) => {
    const at = row * horizon + step;
    const base = batch.baseline[at]!;
    const members = Array.from({ length: seeds }, (_, member) =>
      family.parameters({ values: answer, start: member * ofMember + at * outputsPerStep, base }),
    );
    const mean = members[0]!.map((_, index) => members.reduce((sum, one) => sum + one[index]! / seeds, 0));
    const quantile = family.quantiles(mean);
    return (score) => bounded(family.counts ? quantile(score) : base + scale * quantile(score));
  });
}
