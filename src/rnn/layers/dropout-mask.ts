import { type Tensor, tf } from "../backend.ts";
import type { Random } from "../random.ts";

/** 0 for a share of the places, and for the others what keeps sums as they were (Srivastava et al. 2014). */
export function dropoutMask<T extends Tensor>(shape: number[], share: number, random: Random): T {
  const threshold = share * 2 ** 32;
  const mask = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let index = 0; index < mask.length; index++) mask[index] = random.word() < threshold ? 0 : 1 / (1 - share);
  return tf.tensor(mask, shape) as T;
}
