import type { Architecture } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import type { Parameters } from "../parameters.ts";
import { createDirection, type Direction, type DirectionInput } from "./create-direction.ts";
import type { StepsInspection } from "./inspect-steps.ts";
import { mergeDirections } from "./merge-directions.ts";
import type { NetworkArchitecture } from "./network-architecture.ts";
import type { RecurrentState } from "./recurrent-layer.ts";
import { reverseSteps } from "./reverse-steps.ts";
import { stepAtEnd } from "./step-at-end.ts";

/** Steps in the order of the sequence, of the backward direction too. */
export type LayerInspection = { forward: StepsInspection; backward: StepsInspection | null };

type LayerOutput = {
  outputs: Tensor3D; // [batch, time, outputSize]
  last: Tensor2D; // [batch, outputSize]
  finalState: RecurrentState;
  inspection: LayerInspection | null;
};

/** One layer of a stack; the state of the forward direction, then that of the backward one. */
export interface StackLayer {
  initialState(batch: number): RecurrentState;
  apply(input: DirectionInput): LayerOutput;
}

/** One or both directions, merged, and the layer's inputs added where the network is residual. */
export function createStackLayer(
  architecture: NetworkArchitecture,
  { index, inputSize }: { index: number; inputSize: number },
  parameters: Parameters,
): StackLayer {
  const { cell, units, bidirectional, residual } = architecture;
  const name = `recurrent/${index}`;
  const forward = createDirection(architecture, { name, inputSize }, parameters);
  const backward = bidirectional
    ? createDirection(architecture, { name: `${name}/backward`, inputSize }, parameters)
    : null;
  const parts = (cell === "lstm" ? 2 : 1) * (bidirectional ? 2 : 1);
  const run = (input: DirectionInput) =>
    backward ? runBoth(architecture, [forward, backward], input) : runForward(forward, input);
  return {
    initialState: (batch) => Array.from({ length: parts }, () => tf.zeros([batch, units])),
    apply: (input) => {
      const output = run(input);
      return residual && index > 0 ? addInputs(output, input) : output;
    },
  };
}

function runForward(forward: Direction, input: DirectionInput): LayerOutput {
  const { outputs, finalState, inspection } = forward(input);
  const inspected = inspection && { forward: inspection, backward: null };
  return { outputs, last: finalState[0]!, finalState, inspection: inspected };
}

/** The backward direction is the same pass over the reversed sequence, its steps put back in order. */
function runBoth(
  { merge_mode: mergeMode }: Architecture,
  [forward, backward]: [Direction, Direction],
  input: DirectionInput,
): LayerOutput {
  const { inputs, initialState, lengths } = input;
  const half = initialState.length / 2;
  const ahead = forward({ ...input, initialState: initialState.slice(0, half) });
  const reversed = reverseSteps(inputs as Tensor3D, lengths);
  const back = backward({ ...input, inputs: reversed, initialState: initialState.slice(half) });
  return {
    outputs: mergeDirections(mergeMode, ahead.outputs, reverseSteps(back.outputs, lengths)),
    last: mergeDirections(mergeMode, ahead.finalState[0]!, back.finalState[0]!),
    finalState: [...ahead.finalState, ...back.finalState],
    inspection: ahead.inspection && { forward: ahead.inspection, backward: inOrder(back.inspection!, lengths) },
  };
}

function addInputs(output: LayerOutput, { inputs, lengths }: DirectionInput): LayerOutput {
  const steps = inputs as Tensor3D;
  const last: Tensor2D = tf.add(output.last, stepAtEnd(steps, lengths));
  return { ...output, outputs: tf.add(output.outputs, steps), last };
}

function inOrder(inspection: StepsInspection, lengths: readonly number[] | null): StepsInspection {
  const reversed = (steps: Tensor3D) => reverseSteps(steps, lengths);
  const { hiddenStates, cellStates, gates } = inspection;
  return {
    hiddenStates: reversed(hiddenStates),
    cellStates: cellStates && reversed(cellStates),
    gates: Object.fromEntries(Object.entries(gates).map(([name, steps]) => [name, reversed(steps)])),
  };
}
