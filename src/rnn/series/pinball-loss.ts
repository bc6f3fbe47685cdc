import { type Scalar, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D, tf } from "../backend.ts";

export interface PinballInput {
  predicted: Tensor3D | Tensor4D; // [batch, horizon, quantiles], or [members, batch, horizon, quantiles]
  target: Tensor3D; // [batch, horizon, 1]
  /** 0 where the target is missing. */
  weights: Tensor3D; // [batch, horizon, 1]
  quantiles: Tensor1D;
  /** The sum is divided by it: the number of targets known, once for each member. */
  count: number;
}

/**
 * Mean over known targets and quantiles of 2 w max(q e, (q - 1) e), e = target - predicted (Koenker and Bassett 1978), with its
 * gradient in closed form: the tape of the maximum would go over the largest tensor of a step eight times more.
 */
export function pinballLoss({ predicted, target, weights, quantiles, count }: PinballInput): Scalar {
  const factor = 2 / (quantiles.size * Math.max(1, count));
  const withGradient = tf.customGrad((input, save) => {
    const error = tf.sub(target, input as Tensor3D | Tensor4D); // as predicted
    const under = tf.mul(error, quantiles);
    const pinball = tf.maximum(under, tf.sub(under, error));
    (save as (tensors: Tensor[]) => void)([error, tf.mul(weights, factor), quantiles]);
    const gradFunc = (gradient: Tensor, saved: Tensor[]) => {
      const [error, weights, quantiles] = saved as [Tensor, Tensor, Tensor];
      const slope = tf.sub(tf.less(error, 0).toFloat(), quantiles);
      return tf.mul(tf.mul(slope, weights), gradient);
    };
    return { value: tf.mul<Scalar>(tf.sum(tf.mul(pinball, weights)), factor), gradFunc };
  });
  return tf.tidy(() => withGradient(predicted) as Scalar);
}
