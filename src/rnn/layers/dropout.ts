import { type Tensor, tf } from "../backend.ts";
import type { Random } from "../random.ts";
import { dropoutMask } from "./dropout-mask.ts";

/** Sets a share of the values to zero and scales the others up, so that sums stay as they were (Srivastava et al. 2014). */
export function dropout<T extends Tensor>(values: T, share: number, random: Random): T {
  return tf.tidy(() => tf.mul(values, dropoutMask<T>(values.shape, share, random)));
}
