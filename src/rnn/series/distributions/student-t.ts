import library from "jstat";
import { digamma } from "./digamma.ts";
import type { Likelihood, StepOutput } from "./likelihood.ts";
import { logistic } from "./logistic.ts";
import { softplus } from "./softplus.ts";
import { studentQuantiles } from "./student-quantiles.ts";

const { gammaln } = library.jStat;
/** Of the window's scale. */
const smallestScale = 1e-3;
/** More than two: the variance is finite. */
const fewestDegrees = 2.05;
/** What an untrained network's degrees of freedom begin from. */
const usualDegrees = 3;

function read({ values, start }: StepOutput) {
  const scale = softplus(values[start + 1]!) + smallestScale;
  const degrees = fewestDegrees + softplus(values[start + 2]! + usualDegrees);
  return { location: values[start]!, scale, degrees };
}

/** Student's t: location, scale through softplus, and degrees of freedom above two (Salinas et al. 2020 use it so). */
export const studentT: Likelihood = {
  outputs: 3,
  counts: false,
  loss: (given, target, slopes) => {
    const { values, start } = given;
    const { location, scale, degrees } = read(given);
    const error = (target - location) / scale;
    const spread = 1 + (error * error) / degrees;
    const weight = (degrees + 1) / (degrees * spread);
    slopes[start] = (-weight * error) / scale;
    slopes[start + 1] = ((1 - weight * error * error) / scale) * logistic(values[start + 1]!);
    const ofDegrees =
      0.5 * (digamma(degrees / 2) - digamma((degrees + 1) / 2) + 1 / degrees + Math.log(spread)) -
      (0.5 * weight * error * error) / degrees;
    slopes[start + 2] = ofDegrees * logistic(values[start + 2]! + usualDegrees);
    const constant = gammaln(degrees / 2) - gammaln((degrees + 1) / 2) + 0.5 * Math.log(Math.PI * degrees);
    return constant + Math.log(scale) + 0.5 * (degrees + 1) * Math.log(spread);
  },
  parameters: (given) => {
    const { location, scale, degrees } = read(given);
    return [location, scale, degrees];
  },
  quantiles: ([location, scale, degrees]) => {
    const standard = studentQuantiles(degrees!);
    return (score) => location! + scale! * standard(score);
  },
};
