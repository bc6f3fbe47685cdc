import { type Tensor1D, tf } from "../backend.ts";
import type { RuleUpdate, UpdateRule } from "./update-rule.ts";

export interface RmspropSettings {
  rho: number;
  momentum: number;
  centered: boolean;
  epsilon: number;
}

/**
 * Gradient over the root of its running mean square (Tieleman and Hinton 2012), or over its running deviation where centered
 * (Graves 2013), as PyTorch computes it; with momentum, the sum of these directions is followed.
 */
export function rmsprop({ rho, momentum, centered, epsilon }: RmspropSettings): UpdateRule {
  const running = (mean: Tensor1D, value: Tensor1D): Tensor1D => tf.add(tf.mul(mean, rho), tf.mul(value, 1 - rho));

  function update({ weights, gradient, moments, learningRate }: RuleUpdate) {
    const [oldSquare, ...others] = moments as [Tensor1D, ...Tensor1D[]];
    const square = running(oldSquare, tf.square(gradient));
    const kept = [square];
    let spread = square;
    if (centered) {
      const mean = running(others.shift()!, gradient);
      kept.push(mean);
      spread = tf.maximum(tf.sub(square, tf.square(mean)), 0); // rounding may leave it a little below
    }
    let direction: Tensor1D = tf.div(gradient, tf.add(tf.sqrt(spread), epsilon));
    if (momentum > 0) {
      direction = tf.add(tf.mul(others.shift()!, momentum), direction);
      kept.push(direction);
    }
    return { weights: tf.sub<Tensor1D>(weights, tf.mul(direction, learningRate)), moments: kept };
  }

  return {
    moments: ["mean_square", ...(centered ? ["mean_gradient"] : []), ...(momentum > 0 ? ["velocity"] : [])],
    update,
  };
}
