import type { SequenceSettings } from "../../schemas/models.ts";
import { type Scalar, type Tensor2D, tf } from "../backend.ts";
import { crossEntropy } from "../text/cross-entropy.ts";

/** Mean over the rows: squared error of every number, or -log of the class's probability. Outputs [rows, output size], targets [rows, target size]. */
export function sequenceLoss(outputs: Tensor2D, targets: Float32Array, loss: SequenceSettings["loss"]): Scalar {
  if (loss === "cross_entropy") return crossEntropy(outputs, tf.tensor1d(Int32Array.from(targets), "int32"));
  return tf.mean(tf.square(tf.sub(outputs, tf.tensor2d(targets, outputs.shape))));
}
