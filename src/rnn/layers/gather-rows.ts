import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";

/** Rows of a table by token id: [rows, n], int32 [batch, time] -> [batch, time, n]. What a one-hot product gives, without the product. */
export function gatherRows(table: Tensor2D, ids: Tensor2D): Tensor3D {
  const [rows, columns] = table.shape;
  const gather = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    save([tf.reshape(ids, [-1])]);
    return {
      value: tf.gather(input, ids),
      // TensorFlow.js's own gradient transposes the gradient of the rows twice.
      gradFunc: (gradient: Tensor, saved: Tensor[]) =>
        tf.unsortedSegmentSum(tf.reshape(gradient, [-1, columns]), saved[0]!.as1D(), rows),
    };
  });
  return gather(table) as Tensor as Tensor3D;
}
