import type { Architecture } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import { chooseRecurrentLayer } from "./choose-recurrent-layer.ts";
import { createRecurrentWeights } from "./create-recurrent-weights.ts";
import { dropoutMask } from "./dropout-mask.ts";
import { inspectSteps, type StepsInspection } from "./inspect-steps.ts";
import { mergeDirections } from "./merge-directions.ts";
import type { RecurrentInput, RecurrentOutput, RecurrentState } from "./recurrent-layer.ts";
import { reverseSteps } from "./reverse-steps.ts";
import { stepAtEnd } from "./step-at-end.ts";

interface LayerInput {
  inputs: Tensor3D | Tensor2D;
  /** Of the forward direction, then of the backward one. */
  initialState: RecurrentState;
  lengths: readonly number[] | null;
  random: Random | null;
  inspect: boolean;
}

/** Steps in the order of the sequence, of the backward direction too. */
export type LayerInspection = { forward: StepsInspection; backward: StepsInspection | null };

type LayerOutput = {
  outputs: Tensor3D; // [batch, time, outputSize]
  last: Tensor2D; // [batch, outputSize]
  finalState: RecurrentState;
  inspection: LayerInspection | null;
};

/** One layer of a stack: one or both directions, merged, and its inputs added where the network is residual. */
export interface StackLayer {
  (input: LayerInput): LayerOutput;
  initialState(batch: number): RecurrentState;
}

export function createStackLayer(
  architecture: Architecture,
  { index, inputSize }: { index: number; inputSize: number },
  parameters: Parameters,
): StackLayer {
  const { cell, units, bidirectional, merge_mode: mergeMode, reset_after: resetAfter, activation } = architecture;
  const { recurrent_dropout: share, residual } = architecture;
  const run = chooseRecurrentLayer(architecture);
  const name = `recurrent/${index}`;
  const weights = createRecurrentWeights(architecture, { name, inputSize }, parameters);
  const backwardWeights = bidirectional
    ? createRecurrentWeights(architecture, { name: `${name}/backward`, inputSize }, parameters)
    : null;
  const parts = cell === "lstm" ? 2 : 1;

  const direct = (
    { inputs, lengths, random, inspect }: LayerInput,
    initialState: RecurrentState,
    directionWeights: RecurrentInput["weights"],
  ): RecurrentOutput & { inspection: StepsInspection | null } => {
    const mask = random && share > 0 ? dropoutMask<Tensor2D>([inputs.shape[0]!, units], share, random) : null;
    const shape = { cell, resetAfter, activation, recurrentMask: mask, lengths };
    const input: RecurrentInput = { ...shape, inputs, initialState, weights: directionWeights };
    const output = run(input);
    return { ...output, inspection: inspect ? inspectSteps(input, output.outputs) : null };
  };

  const layer = (input: LayerInput): LayerOutput => {
    const { inputs, initialState, lengths } = input;
    const forward = direct(input, initialState.slice(0, parts), weights);
    if (!backwardWeights) {
      const { outputs, finalState, inspection } = forward;
      return {
        outputs,
        last: finalState[0]!,
        finalState,
        inspection: inspection && { forward: inspection, backward: null },
      };
    }
    const reversed = { ...input, inputs: reverseSteps(inputs as Tensor3D, lengths) };
    const backward = direct(reversed, initialState.slice(parts), backwardWeights);
    const inOrder = reverseSteps(backward.outputs, lengths);
    return {
      outputs: mergeDirections(mergeMode, forward.outputs, inOrder),
      last: mergeDirections(mergeMode, forward.finalState[0]!, backward.finalState[0]!),
      finalState: [...forward.finalState, ...backward.finalState],
      inspection: forward.inspection && {
        forward: forward.inspection,
        backward: inTimeOrder(backward.inspection!, lengths),
      },
    };
  };
  const withInputs = (input: LayerInput): LayerOutput => {
    const output = layer(input);
    if (!residual || index === 0) return output;
    const inputs = input.inputs as Tensor3D;
    const outputs: Tensor3D = tf.add(output.outputs, inputs);
    return { ...output, outputs, last: tf.add(output.last, stepAtEnd(inputs, input.lengths)) };
  };
  const initialState = (batch: number): RecurrentState =>
    Array.from({ length: bidirectional ? 2 * parts : parts }, () => tf.zeros([batch, units]) as Tensor2D);
  return Object.assign(withInputs, { initialState });
}

function inTimeOrder(inspection: StepsInspection, lengths: readonly number[] | null): StepsInspection {
  const reversed = (steps: Tensor3D) => reverseSteps(steps, lengths);
  const { hiddenStates, cellStates, gates } = inspection;
  return {
    hiddenStates: reversed(hiddenStates),
    cellStates: cellStates && reversed(cellStates),
    gates: Object.fromEntries(Object.entries(gates).map(([name, steps]) => [name, reversed(steps)])),
  };
}
