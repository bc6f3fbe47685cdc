import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { gatherRows } from "./gather-rows.ts";

/**
 * The inputs' share of every gate at every step: one product, or one row of the kernel per token; with the bias where there is one.
 * [batch, time, input] or int32 [batch, time], [input, columns] -> [batch, time, columns]
 */
export function projectInputs(inputs: Tensor3D | Tensor2D, kernel: Tensor2D, bias: Tensor | null): Tensor3D {
  const withBias = (values: Tensor2D): Tensor2D => (bias === null ? values : tf.add(values, bias));
  if (inputs.rank === 2) return gatherRows(withBias(kernel), inputs as Tensor2D);
  const [batch, time] = inputs.shape as [number, number, number];
  const sums = withBias(tf.matMul(flattenSteps(inputs), kernel));
  return tf.reshape(sums, [batch, time, kernel.shape[1]]) as Tensor3D;
}
