import { tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";

/** Plain gradient descent. */
export const sgd: UpdateRule = {
  moments: [],
  update: ({ weights, gradient, learningRate }) => ({
    weights: tf.sub(weights, tf.mul(gradient, learningRate)),
    moments: [],
  }),
};
