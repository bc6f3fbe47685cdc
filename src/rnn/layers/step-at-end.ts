import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps, lastStepOf } from "../cells/sequence-algebra.ts";
import { gatherRows } from "./gather-rows.ts";

/** Each row's last step that counts; its first where none does. [batch, time, n] -> [batch, n] */
export function stepAtEnd(sequence: Tensor3D, lengths: readonly number[] | null): Tensor2D {
  if (lengths === null) return lastStepOf(sequence);
  const rows = lengths.map((length, row) => [row * sequence.shape[1] + Math.max(0, length - 1)]);
  return tf.squeeze(gatherRows(flattenSteps(sequence), tf.tensor2d(rows, [rows.length, 1], "int32")), [1]);
}
