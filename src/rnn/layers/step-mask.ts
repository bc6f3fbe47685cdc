import { type Tensor3D, tf } from "../backend.ts";

/** 1 at the steps of each row that count, 0 past its end. [batch, time, 1] */
export function stepMask(lengths: readonly number[], time: number): Tensor3D {
  const mask = new Float32Array(lengths.length * time);
  for (const [row, length] of lengths.entries()) mask.fill(1, row * time, row * time + length);
  return tf.tensor3d(mask, [lengths.length, time, 1]);
}
