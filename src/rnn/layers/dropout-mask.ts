import { backend, type Tensor, tf } from "../backend.ts";
import { runNativeOperation } from "../native-operation.ts";
import type { Random } from "../random.ts";
import { drawDropout } from "./draw-dropout.ts";

/** 0 for a share of the places, and for the others what keeps sums as they were (Srivastava et al. 2014); two draws of `random`. */
export type DropoutMask = <T extends Tensor>(shape: number[], share: number, random: Random) => T;

/** In JavaScript. */
export const referenceDropoutMask: DropoutMask = <T extends Tensor>(shape: number[], share: number, random: Random) => {
  const { firstKey, secondKey, threshold, kept } = drawDropout(share, random);
  const mask = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let place = 0; place < mask.length; place++) {
    const word = scramble(scramble((place + firstKey) >>> 0) ^ secondKey) >>> 0;
    mask[place] = word < threshold ? 0 : kept;
  }
  return tf.tensor(mask, shape) as T;
};

/** The same places in one native call, native/kernels/training/dropout-mask.h. Where backend.level is "fused". */
export const fusedDropoutMask: DropoutMask = <T extends Tensor>(shape: number[], share: number, random: Random) => {
  const { firstKey, secondKey, threshold, kept } = drawDropout(share, random);
  const draw = tf.tensor1d(Int32Array.of(firstKey, secondKey, threshold), "int32");
  const inputs = [tf.tensor1d(shape, "int32"), draw, tf.scalar(kept)];
  const [mask] = runNativeOperation("UnrollDropoutMask", inputs, 1);
  tf.dispose(inputs);
  return mask as T;
};

/** The mask of this process. */
export const dropoutMask: DropoutMask = backend.level === "fused" ? fusedDropoutMask : referenceDropoutMask;

/** A permutation of 32-bit words that looks like chance (Ettinger's "triple32" with its first two rounds). */
function scramble(source: number): number {
  let word = source ^ (source >>> 17);
  word = Math.imul(word, 0xed5ad4bb);
  word ^= word >>> 11;
  word = Math.imul(word, 0xac4c1b51);
  return word ^ (word >>> 15);
}
