import { type Tensor3D, tf } from "../backend.ts";
import type { Random } from "../random.ts";

/** Sets a share of the values to zero and scales the others up, so that sums stay as they were (Srivastava et al. 2014). */
export function dropout(values: Tensor3D, share: number, random: Random): Tensor3D {
  const threshold = share * 2 ** 32;
  const mask = new Float32Array(values.size);
  for (let index = 0; index < mask.length; index++) mask[index] = random.word() < threshold ? 0 : 1 / (1 - share);
  return tf.tidy(() => tf.mul(values, tf.tensor3d(mask, values.shape)));
}
