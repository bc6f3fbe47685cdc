import type { Cell } from "../../schemas/models.ts";
import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { gateCount } from "./gate-count.ts";
import { gatherRows } from "./gather-rows.ts";
import type { RecurrentInput, RecurrentLayer, RecurrentOutput } from "./recurrent-layer.ts";
import { stepMask } from "./step-mask.ts";

/** Far outside of what a sum of gates can be: the logistic function is 0 or 1 there, to the last bit. */
const saturated = 1e4;

/** What the sums of a cell's gates get at a step past the end: lstm keeps its cell state, a relu does not grow. null: nothing is needed. */
const gatesPastEnd: Partial<Record<Cell, number[]>> = {
  lstm: [-saturated, saturated, 0, -saturated],
  simple_rnn: [-saturated],
};

/**
 * Makes a layer that takes every row as long serve rows of different lengths, as packed sequences do in PyTorch. Steps past the
 * end read one more input that closes the gates; the final hidden state is read where each row ends.
 */
export function runWithLengths(layer: RecurrentLayer): RecurrentLayer {
  return (input) => {
    const { lengths } = input;
    if (!lengths) return layer(input);
    return tf.tidy(() => {
      const { outputs, finalState } = layer(closeGates(input, lengths));
      const hidden = hiddenAtEnd(input.initialState[0]!, outputs, lengths);
      const counted = stepMask(lengths, outputs.shape[1]); // [batch, time, 1]
      return { outputs: tf.mul<Tensor3D>(outputs, counted), finalState: [hidden, ...finalState.slice(1)] };
    }) as RecurrentOutput;
  };
}

/** Each row's hidden state after its last step; the initial one where it has no step. */
function hiddenAtEnd(initial: Tensor2D, outputs: Tensor3D, lengths: readonly number[]): Tensor2D {
  const all = tf.concat([tf.expandDims(initial, 1), outputs], 1); // [batch, 1 + time, units]
  const rows = lengths.map((length, row) => [row * all.shape[1]! + length]);
  return tf.squeeze(gatherRows(flattenSteps(all), tf.tensor2d(rows, [rows.length, 1], "int32")), [1]);
}

function closeGates(input: RecurrentInput, lengths: readonly number[]): RecurrentInput {
  const { cell, inputs, weights } = input;
  const gates = gatesPastEnd[cell];
  if (gates === undefined) return input;
  const [inputSize, columns] = weights.kernel.shape;
  const units = columns / gateCount[cell];
  const row = tf.concat(
    gates.map((value) => tf.fill([1, units], value)),
    1,
  ); // [1, columns]
  const kernel: Tensor2D = tf.concat([weights.kernel, row as Tensor2D], 0);
  return { ...input, inputs: markPastEnd(inputs, lengths, inputSize), weights: { ...weights, kernel } };
}

/** Numbers get one more column, 1 past the end and 0 before; tokens past the end become the one after the last. */
function markPastEnd(inputs: Tensor3D | Tensor2D, lengths: readonly number[], size: number): Tensor3D | Tensor2D {
  const counted: Tensor = stepMask(lengths, inputs.shape[1]!);
  if (inputs.rank === 3) return tf.concat([tf.mul(inputs, counted), tf.sub(1, counted)], 2) as Tensor3D;
  const isCounted = tf.cast(tf.squeeze(counted, [2]), "bool");
  return tf.where(
    isCounted,
    inputs as Tensor2D,
    tf.fill([...inputs.shape] as [number, number], size, "int32"),
  ) as Tensor2D;
}
