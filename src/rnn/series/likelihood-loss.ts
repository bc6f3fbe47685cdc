import { type Scalar, type Tensor, type Tensor4D, tf } from "../backend.ts";
import type { Likelihood } from "./distributions/likelihood.ts";
import type { ForecastBatch } from "./forecast-batch.ts";

export interface LikelihoodInput {
  predicted: Tensor4D; // [members, rows, horizon, outputs]
  batch: ForecastBatch;
  likelihood: Likelihood;
  /** The sum is divided by it: the number of targets known, once for each member. */
  count: number;
}

/**
 * Mean over known targets of -log p(target), with its gradient in closed form: gamma functions are none of TensorFlow's. Windows
 * weigh alike, for a likelihood has no unit.
 */
export function likelihoodLoss({ predicted, batch, likelihood, count }: LikelihoodInput): Scalar {
  const withGradient = tf.customGrad((input, save) => {
    const given = input as Tensor4D;
    const values = given.dataSync() as Float32Array;
    const [, rows, horizon] = given.shape;
    const { sum, slopes } = sumLosses(values, {
      batch,
      likelihood,
      targets: rows * horizon,
      divisor: Math.max(1, count),
    });
    (save as (tensors: Tensor[]) => void)([tf.tensor(slopes, given.shape)]);
    const gradFunc = (gradient: Tensor, saved: Tensor[]) => tf.mul(saved[0]!, gradient);
    return { value: tf.scalar(sum), gradFunc };
  });
  return tf.tidy(() => withGradient(predicted) as Scalar);
}

function sumLosses(
  values: Float32Array,
  {
    batch,
    likelihood,
    targets,
    divisor,
  }: Omit<LikelihoodInput, "predicted" | "count"> & { targets: number; divisor: number },
) {
  const { outputs } = likelihood;
  const slopes = new Float32Array(values.length);
  let sum = 0;
  for (let start = 0, at = 0; start < values.length; start += outputs, at = (at + 1) % targets) {
    if (batch.weights[at] === 0) continue;
    sum += likelihood.loss({ values, start, base: batch.baseline[at]! }, batch.target[at]!, slopes) / divisor;
    for (let index = start; index < start + outputs; index++) slopes[index]! /= divisor;
  }
  return { sum, slopes };
}
