import { type Tensor2D, tf, type Variable } from "../backend.ts";
import { glorotUniform, type Initialiser, zeros } from "../initialisers.ts";
import type { Parameters } from "../parameters.ts";

export type Dense = (inputs: Tensor2D) => Tensor2D;

/** x W + b with the variables `{name}/kernel` [inputs, outputs] and `{name}/bias` [outputs]. */
export function createDense(
  {
    name,
    inputs,
    outputs,
    initialiser = glorotUniform,
  }: {
    name: string;
    inputs: number;
    outputs: number;
    initialiser?: Initialiser;
  },
  parameters: Parameters,
): Dense {
  const kernel: Variable = parameters.create(`${name}/kernel`, [inputs, outputs], initialiser);
  const bias: Variable = parameters.create(`${name}/bias`, [outputs], zeros);
  return (values) => tf.tidy(() => tf.add(tf.matMul(values, kernel as unknown as Tensor2D), bias)); // [rows, outputs]
}
