import { type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";

/**
 * Gradient descent; with momentum the velocity v = momentum v + gradient is followed, with Nesterov's the gradient plus
 * momentum v (Sutskever et al. 2013). As PyTorch: the learning rate stands outside of the velocity.
 */
export function sgd({ momentum, nesterov }: { momentum: number; nesterov: boolean }): UpdateRule {
  if (momentum === 0) {
    return {
      moments: [],
      update: ({ weights, gradient, learningRate }) => ({
        weights: tf.sub(weights, tf.mul(gradient, learningRate)),
        moments: [],
      }),
    };
  }
  return {
    moments: ["velocity"],
    update: ({ weights, gradient, moments, learningRate }) => {
      const velocity: Tensor1D = tf.add(tf.mul(moments[0]!, momentum), gradient);
      const direction: Tensor1D = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
      return { weights: tf.sub(weights, tf.mul(direction, learningRate)), moments: [velocity] };
    },
  };
}
