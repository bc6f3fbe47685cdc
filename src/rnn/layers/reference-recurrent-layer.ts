import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { gru } from "../cells/gru.ts";
import { gruResetBefore } from "../cells/gru-reset-before.ts";
import { lstm } from "../cells/lstm.ts";
import type { RecurrentCell } from "../cells/recurrent-cell.ts";
import { stackSteps, unstackSteps } from "../cells/sequence-algebra.ts";
import { simpleRnn } from "../cells/simple-rnn.ts";
import { projectInputs } from "./project-inputs.ts";
import type { RecurrentInput, RecurrentLayer, RecurrentOutput } from "./recurrent-layer.ts";

/** The recurrent layer in TensorFlow.js operations: right on every backend, and what the fused one is measured against. */
export const referenceRecurrentLayer: RecurrentLayer = (input) => tf.tidy(() => runLayer(input));

function runLayer(input: RecurrentInput): RecurrentOutput {
  const { cell, inputs, initialState, weights, resetAfter, recurrentMask = null } = input;
  const [inputBias, recurrentBias] = splitBias(weights.bias, cell === "gru" && resetAfter);
  const projected = projectInputs(inputs, weights.kernel, inputBias); // [batch, time, G * units]
  const time = projected.shape[1];
  const sequence = differentiable(chooseCell(input), { states: initialState.length, recurrentBias, recurrentMask });
  const operands = [projected, weights.recurrentKernel!, ...initialState, ...(recurrentBias ? [recurrentBias] : [])];
  const packed = sequence(...operands) as Tensor3D; // [batch, time + memories, units]

  const stepAt = (index: number): Tensor2D => tf.squeeze(tf.slice(packed, [0, index, 0], [-1, 1, -1]), [1]);
  const outputs = initialState.length === 1 ? packed : tf.slice(packed, [0, 0, 0], [-1, time, -1]);
  return { outputs, finalState: initialState.map((_, index) => stepAt(time - 1 + index)) };
}

function chooseCell({ cell, resetAfter, activation = "tanh" }: RecurrentInput): RecurrentCell {
  if (cell === "gru") return resetAfter ? gru : gruResetBefore;
  return cell === "lstm" ? lstm : simpleRnn(activation);
}

function splitBias(bias: Tensor, isDouble: boolean): [inputBias: Tensor, recurrentBias: Tensor | null] {
  return isDouble ? (tf.unstack(bias) as [Tensor, Tensor]) : [bias, null];
}

/**
 * A cell as one differentiable operation. TensorFlow.js allows a single output: hidden states of all steps, then the final
 * cell state as one more step. Operands: projected, recurrent kernel, initial state, recurrent bias where there is one.
 */
function differentiable(
  cell: RecurrentCell,
  {
    states,
    recurrentBias,
    recurrentMask,
  }: { states: number; recurrentBias: Tensor | null; recurrentMask: Tensor2D | null },
): (...operands: Tensor[]) => Tensor {
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [projected, recurrentKernel, ...rest] = args as unknown as [Tensor3D, Tensor2D, ...Tensor2D[]];
    const output = cell.forward({
      projected,
      recurrentKernel,
      recurrentMask,
      recurrentBias: recurrentBias && rest[states]!,
      initialState: rest.slice(0, states),
    });
    save([recurrentKernel, ...(recurrentMask ? [recurrentMask] : []), ...output.saved]);
    return { value: stackSteps([...output.hidden, ...output.finalMemory]), gradFunc: backward };
  });

  function backward(gradient: Tensor, all: Tensor[]): Tensor[] {
    const [recurrentKernel, ...rest] = all as [Tensor2D, ...Tensor[]];
    const mask = recurrentMask ? (rest[0] as Tensor2D) : null; // the given one may be gone by now
    const saved = recurrentMask ? rest.slice(1) : rest;
    const steps = unstackSteps(gradient);
    const time = steps.length - (states - 1);
    const result = cell.backward({
      hiddenGradient: steps.slice(0, time),
      finalMemoryGradient: steps.slice(time),
      recurrentKernel,
      recurrentMask: mask,
      saved,
    });
    const bias = result.recurrentBias ? [result.recurrentBias] : [];
    return [result.projected, result.recurrentKernel, ...result.initialState, ...bias];
  }
}
