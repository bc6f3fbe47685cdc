import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "../backend.ts";

/** Rows of a table by token id: [rows, n], int32 [batch, time] -> [batch, time, n]. What a one-hot product gives, without the product. */
export function gatherRows(table: Tensor2D, ids: Tensor2D): Tensor3D {
  const gather = tf.customGrad((input) => ({
    value: tf.gather(input as Tensor, ids),
    // TensorFlow.js's own gradient transposes the whole table's gradient twice.
    gradFunc: (gradient: Tensor) =>
      tf.unsortedSegmentSum(
        tf.reshape(gradient, [-1, table.shape[1]]),
        tf.reshape(ids, [-1]) as Tensor1D,
        table.shape[0],
      ),
  }));
  return gather(table) as Tensor3D;
}
