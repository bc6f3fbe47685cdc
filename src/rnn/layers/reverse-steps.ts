import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { gatherRows } from "./gather-rows.ts";

/** Each row back to front, within its length; what lies past the end stays. [batch, time, n] */
export function reverseSteps(sequence: Tensor3D, lengths: readonly number[] | null): Tensor3D {
  if (lengths === null) return tf.reverse(sequence, 1);
  const [batch, time] = sequence.shape;
  const rows = lengths.flatMap((length, row) =>
    Array.from({ length: time }, (_, step) => row * time + (step < length ? length - 1 - step : step)),
  );
  return gatherRows(flattenSteps(sequence), tf.tensor2d(rows, [batch, time], "int32") as Tensor2D);
}
