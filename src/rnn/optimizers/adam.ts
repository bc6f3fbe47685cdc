import { type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";

const firstDecay = 0.9;
const secondDecay = 0.999;
const epsilon = 1e-8;

/**
 * Adam (Kingma and Ba 2015) with PyTorch's defaults. A weight decay above 0 shrinks the weights beside the gradient's step
 * (AdamW, Loshchilov and Hutter 2019): all parameters, biases included, as PyTorch does.
 */
export function adam(weightDecay: number): UpdateRule {
  return {
    moments: ["first_moment", "second_moment"],
    update: ({ weights, gradient, moments, learningRate, step }) => {
      const first: Tensor1D = tf.add(tf.mul(moments[0]!, firstDecay), tf.mul(gradient, 1 - firstDecay));
      const second: Tensor1D = tf.add(tf.mul(moments[1]!, secondDecay), tf.mul(tf.square(gradient), 1 - secondDecay));
      const stepSize = learningRate / (1 - firstDecay ** step);
      const root = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - secondDecay ** step)), epsilon);
      const kept: Tensor1D = weightDecay > 0 ? tf.mul(weights, 1 - learningRate * weightDecay) : weights;
      return { weights: tf.sub(kept, tf.mul(tf.div(first, root), stepSize)), moments: [first, second] };
    },
  };
}
