import library from "jstat";
import { countQuantiles } from "./count-quantiles.ts";
import { digamma } from "./digamma.ts";
import type { Likelihood, StepOutput } from "./likelihood.ts";
import { logistic } from "./logistic.ts";
import { softplus } from "./softplus.ts";

const { gammaln } = library.jStat;
const smallestDispersion = 1e-3;
/** The mean is at most e^8 times what the baseline says, and at least one part in as many. */
const furthest = 8;

function read({ values, start, base }: StepOutput) {
  const lead = Math.min(Math.max(values[start]!, -furthest), furthest);
  return {
    mean: Math.min(base * Math.exp(lead), Number.MAX_VALUE),
    dispersion: softplus(values[start + 1]!) + smallestDispersion,
  };
}

/** Negative binomial: mean as a multiple of the baseline, and dispersion through softplus; variance = mean + dispersion mean^2. */
export const negativeBinomial: Likelihood = {
  outputs: 2,
  counts: true,
  loss: (given, target, slopes) => {
    const { values, start } = given;
    const { mean, dispersion } = read(given);
    const successes = 1 / dispersion;
    const spread = 1 + dispersion * mean;
    slopes[start] = Math.abs(values[start]!) < furthest ? (mean - target) / spread : 0;
    const ofSuccesses =
      digamma(target + successes) - digamma(successes) - Math.log(spread) + (mean - target) / (successes + mean);
    slopes[start + 1] = successes * successes * ofSuccesses * logistic(values[start + 1]!);
    const chosen = gammaln(target + successes) - gammaln(successes) - gammaln(target + 1);
    return successes * Math.log(spread) - target * Math.log((dispersion * mean) / spread) - chosen;
  },
  parameters: (given) => {
    const { mean, dispersion } = read(given);
    return [mean, dispersion];
  },
  quantiles: ([mean, dispersion]) => countQuantiles(mean!, dispersion!),
};
