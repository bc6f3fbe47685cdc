import { type Scalar, type Tensor1D, type Tensor3D, tf } from "../backend.ts";

export interface PinballInput {
  predicted: Tensor3D; // [batch, horizon, quantiles]
  target: Tensor3D; // [batch, horizon, 1]
  /** 0 where the target is missing. */
  weights: Tensor3D; // [batch, horizon, 1]
  quantiles: Tensor1D;
  /** The sum is divided by it: the number of targets known. */
  count: number;
}

/** Mean over known targets and quantiles of 2 w max(q e, (q - 1) e), e = target - predicted (Koenker and Bassett 1978). */
export function pinballLoss({ predicted, target, weights, quantiles, count }: PinballInput): Scalar {
  return tf.tidy(() => {
    const error = tf.sub(target, predicted);
    const under = tf.mul(error, quantiles);
    const pinball = tf.maximum(under, tf.sub(under, error));
    return tf.mul(tf.sum(tf.mul(pinball, weights)), 2 / (quantiles.size * Math.max(1, count))) as Scalar;
  });
}
