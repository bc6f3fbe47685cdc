import type { Likelihood } from "./likelihood.ts";
import { logistic } from "./logistic.ts";
import { softplus } from "./softplus.ts";

/** Of the window's scale: where nothing varies the likelihood would have no bound. */
const smallestDeviation = 1e-3;
const halfLogOfCircle = 0.5 * Math.log(2 * Math.PI);

/** Normal distribution: mean, and deviation through softplus. */
export const gaussian: Likelihood = {
  outputs: 2,
  counts: false,
  loss: ({ values, start }, target, slopes) => {
    const deviation = softplus(values[start + 1]!) + smallestDeviation;
    const error = (target - values[start]!) / deviation;
    slopes[start] = -error / deviation;
    slopes[start + 1] = ((1 - error * error) / deviation) * logistic(values[start + 1]!);
    return 0.5 * error * error + Math.log(deviation) + halfLogOfCircle;
  },
  parameters: ({ values, start }) => [values[start]!, softplus(values[start + 1]!) + smallestDeviation],
  quantiles:
    ([mean, deviation]) =>
    (score) =>
      mean! + deviation! * score,
};
