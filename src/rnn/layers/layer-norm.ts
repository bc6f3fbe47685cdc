import { type Tensor, tf } from "../backend.ts";

/** As in PyTorch and in the code of Ba et al. */
const epsilon = 1e-5;

/**
 * Layer normalisation (Ba et al. 2016) over the last axis, without gain and bias: mean 0, variance 1. With `sizes` the axis is
 * normalised in parts, each for itself. [..., n] -> [..., n]
 */
export function layerNorm<T extends Tensor>(values: T, sizes?: number[]): T {
  if (sizes === undefined) return normalise(values) as T;
  return tf.concat((tf.split(values, sizes, -1) as T[]).map(normalise), -1) as T;
}

/** One node of the tape where the operations it is made of would be nine. */
function normalise(values: Tensor): Tensor {
  const normalised = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const [value, scale] = tf.tidy(() => {
      const centred = tf.sub(input, tf.mean(input, -1, true));
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
      return [tf.mul(centred, scale), scale];
    }) as [Tensor, Tensor];
    save([value, scale]);
    return {
      value,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [value, scale] = saved as [Tensor, Tensor];
        const along = tf.mul(value, tf.mean(tf.mul(gradient, value), -1, true));
        return tf.mul(scale, tf.sub(tf.sub(gradient, tf.mean(gradient, -1, true)), along));
      },
    };
  });
  return normalised(values);
}
