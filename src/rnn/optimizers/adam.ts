import { type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";

export interface AdamSettings {
  beta_1: number;
  beta_2: number;
  epsilon: number;
  weight_decay: number;
}

/**
 * Adam (Kingma and Ba 2015) as PyTorch computes it. A weight decay above 0 shrinks the weights beside the gradient's step
 * (AdamW, Loshchilov and Hutter 2019): all parameters, biases included, as PyTorch does.
 */
export function adam({ beta_1: beta1, beta_2: beta2, epsilon, weight_decay: weightDecay }: AdamSettings): UpdateRule {
  return {
    moments: ["first_moment", "second_moment"],
    update: ({ weights, gradient, moments, learningRate, step }) => {
      const first: Tensor1D = tf.add(tf.mul(moments[0]!, beta1), tf.mul(gradient, 1 - beta1));
      const second: Tensor1D = tf.add(tf.mul(moments[1]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const stepSize = learningRate / (1 - beta1 ** step);
      const root = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** step)), epsilon);
      const kept: Tensor1D = weightDecay > 0 ? tf.mul(weights, 1 - learningRate * weightDecay) : weights;
      return { weights: tf.sub(kept, tf.mul(tf.div(first, root), stepSize)), moments: [first, second] };
    },
  };
}
