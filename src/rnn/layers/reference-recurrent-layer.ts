import type { Cell } from "../../schemas/models.ts";
import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { gru } from "../cells/gru.ts";
import { gruResetBefore } from "../cells/gru-reset-before.ts";
import { lstm } from "../cells/lstm.ts";
import type { RecurrentCell } from "../cells/recurrent-cell.ts";
import { flattenSteps, stackSteps, unstackSteps } from "../cells/sequence-algebra.ts";
import { simpleRnn } from "../cells/simple-rnn.ts";
import { gatherRows } from "./gather-rows.ts";
import type { RecurrentInput, RecurrentLayer, RecurrentOutput } from "./recurrent-layer.ts";

/** The recurrent layer in TensorFlow.js operations: right on every backend, and what the fused one is measured against. */
export const referenceRecurrentLayer: RecurrentLayer = (input) => tf.tidy(() => runLayer(input));

function runLayer({ cell, inputs, initialState, weights, resetAfter }: RecurrentInput): RecurrentOutput {
  const [inputBias, recurrentBias] = splitBias(weights.bias, cell === "gru" && resetAfter);
  const projected = project(inputs, weights.kernel, inputBias); // [batch, time, G * units]
  const time = projected.shape[1];
  const sequence = differentiable(chooseCell(cell, resetAfter), initialState.length, recurrentBias !== null);
  const operands = [projected, weights.recurrentKernel, ...initialState, ...(recurrentBias ? [recurrentBias] : [])];
  const packed = sequence(...operands) as Tensor3D; // [batch, time + memories, units]

  const stepAt = (index: number): Tensor2D => tf.squeeze(tf.slice(packed, [0, index, 0], [-1, 1, -1]), [1]);
  const outputs = initialState.length === 1 ? packed : tf.slice(packed, [0, 0, 0], [-1, time, -1]);
  return { outputs, finalState: initialState.map((_, index) => stepAt(time - 1 + index)) };
}

function chooseCell(cell: Cell, resetAfter: boolean): RecurrentCell {
  if (cell === "gru") return resetAfter ? gru : gruResetBefore;
  return cell === "lstm" ? lstm : simpleRnn;
}

function splitBias(bias: Tensor, isDouble: boolean): [inputBias: Tensor, recurrentBias: Tensor | null] {
  return isDouble ? (tf.unstack(bias) as [Tensor, Tensor]) : [bias, null];
}

/** The inputs' share of every gate at every step: one product, or one row of the kernel per token. */
function project(inputs: Tensor3D | Tensor2D, kernel: Tensor2D, bias: Tensor): Tensor3D {
  if (inputs.rank === 2) return gatherRows(tf.add(kernel, bias), inputs as Tensor2D);
  const [batch, time] = inputs.shape as [number, number, number];
  const sums = tf.add(tf.matMul(flattenSteps(inputs), kernel), bias);
  return tf.reshape(sums, [batch, time, kernel.shape[1]]) as Tensor3D;
}

/**
 * A cell as one differentiable operation. TensorFlow.js allows a single output: hidden states of all steps, then the final
 * cell state as one more step. Operands: projected, recurrent kernel, initial state, recurrent bias where there is one.
 */
function differentiable(
  cell: RecurrentCell,
  states: number,
  hasRecurrentBias: boolean,
): (...operands: Tensor[]) => Tensor {
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [projected, recurrentKernel, ...rest] = args as unknown as [Tensor3D, Tensor2D, ...Tensor2D[]];
    const recurrentBias = hasRecurrentBias ? rest[states]! : null;
    const output = cell.forward({ projected, recurrentKernel, recurrentBias, initialState: rest.slice(0, states) });
    save([recurrentKernel, ...output.saved]);
    return { value: stackSteps([...output.hidden, ...output.finalMemory]), gradFunc: backward };
  });

  function backward(gradient: Tensor, all: Tensor[]): Tensor[] {
    const [recurrentKernel, ...saved] = all as [Tensor2D, ...Tensor[]];
    const steps = unstackSteps(gradient);
    const time = steps.length - (states - 1);
    const result = cell.backward({
      hiddenGradient: steps.slice(0, time),
      finalMemoryGradient: steps.slice(time),
      recurrentKernel,
      saved,
    });
    const bias = result.recurrentBias ? [result.recurrentBias] : [];
    return [result.projected, result.recurrentKernel, ...result.initialState, ...bias];
  }
}
