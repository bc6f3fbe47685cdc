import { type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";

const decay = 0.99;
const epsilon = 1e-8;

/** Gradient over the root of its running mean square (Tieleman and Hinton 2012), with PyTorch's defaults. */
export const rmsprop: UpdateRule = {
  moments: ["mean_square"],
  update: ({ weights, gradient, moments, learningRate }) => {
    const meanSquare: Tensor1D = tf.add(tf.mul(moments[0]!, decay), tf.mul(tf.square(gradient), 1 - decay));
    const direction = tf.div(gradient, tf.add(tf.sqrt(meanSquare), epsilon));
    return { weights: tf.sub(weights, tf.mul(direction, learningRate)), moments: [meanSquare] };
  },
};
