import type { Tensor2D, Tensor3D } from "../backend.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import { tidyAll } from "../tidy-all.ts";
import { createStackLayer, type LayerInspection } from "./create-stack-layer.ts";
import { dropout } from "./dropout.ts";
import type { NetworkArchitecture } from "./network-architecture.ts";
import type { RecurrentState } from "./recurrent-layer.ts";
import { stackOutputSize } from "./stack-output-size.ts";
import { createStateAttention } from "./state-attention.ts";

export interface StackInput {
  /** Numbers [batch, time, input], or token ids [batch, time] (int32). */
  inputs: Tensor3D | Tensor2D;
  /** Of each layer, the lowest first; causal attention's memory at the end. */
  states: RecurrentState[];
  /** Steps of each row that count; null: all. Past its end a row's outputs are zero and its state stays. Not with causal attention. */
  lengths?: readonly number[] | null;
  /** Draws the dropout masks of a training step; null at all other times. */
  random: Random | null;
  /** Asks for what the layers did at every step. */
  inspect?: boolean;
}

/** What a pass did inside. */
export type StackInspection = {
  layers: LayerInspection[];
  /** How much each query looked at each step: [batch, time, time], from the last step only [batch, 1, time]; null without attention. */
  attention: Tensor3D | null;
};

interface Pass {
  finalStates: RecurrentState[];
  /** null where not asked for. */
  inspection: StackInspection | null;
}
export type EachStepOutput = Pass & { outputs: Tensor3D }; // [batch, time, outputSize]
export type LastStepOutput = Pass & { output: Tensor2D }; // [batch, outputSize]

/** Recurrent layers, one over the other, and attention over the last one where there is some. */
export interface RecurrentStack {
  readonly outputSize: number;
  /** All zero; the caller disposes them. */
  initialStates(batch: number): RecurrentState[];
  /** An output for every step. */
  eachStep(input: StackInput): EachStepOutput;
  /** One output for the sequence: forwards after its last step, backwards after its first, as Keras without return_sequences. Not causal. */
  lastStep(input: StackInput): LastStepOutput;
}

/** Makes the variables `recurrent/{layer}/...`, of a second direction `recurrent/{layer}/backward/...`, and `attention/...`. */
export function createRecurrentStack(
  architecture: NetworkArchitecture,
  { inputSize, causal }: { inputSize: number; causal: boolean },
  parameters: Parameters,
): RecurrentStack {
  const { dropout: share } = architecture;
  const outputSize = stackOutputSize(architecture);
  const layers = Array.from({ length: architecture.layers }, (_, index) =>
    createStackLayer(architecture, { index, inputSize: index === 0 ? inputSize : outputSize }, parameters),
  );
  const attention = createStateAttention(architecture, { causal }, parameters);

  /** All layers; the last one's outputs are not dropped yet. */
  const run = ({ inputs, states, lengths = null, random, inspect = false }: StackInput) => {
    const finalStates: RecurrentState[] = [];
    const inspections: LayerInspection[] = [];
    let values = inputs;
    let last: Tensor2D | null = null;
    for (const [index, layer] of layers.entries()) {
      if (index > 0) values = dropped(values as Tensor3D, random);
      const result = layer.apply({ inputs: values, initialState: states[index]!, lengths, random, inspect });
      values = result.outputs;
      last = result.last;
      finalStates.push(result.finalState);
      if (result.inspection) inspections.push(result.inspection);
    }
    return { outputs: values as Tensor3D, last: last!, finalStates, inspections };
  };
  const dropped = <T extends Tensor2D | Tensor3D>(values: T, random: Random | null): T =>
    random && share > 0 ? dropout(values, share, random) : values;
  const inspectionOf = (inspections: LayerInspection[], weights: (() => Tensor3D) | null, wanted = false) =>
    wanted ? { layers: inspections, attention: weights?.() ?? null } : null;

  return {
    outputSize,
    initialStates: (batch) => [
      ...layers.map((layer) => layer.initialState(batch)),
      ...(attention && causal ? [[attention.initialMemory(batch)]] : []),
    ],

    eachStep: (input) =>
      tidyAll(() => {
        const { outputs, finalStates, inspections } = run(input);
        const states = dropped(outputs, input.random);
        const inspection = inspectionOf(inspections, null, input.inspect);
        if (!attention) return { outputs: states, finalStates, inspection };
        const memory = causal ? input.states[layers.length]![0]! : null;
        const attended = attention.eachStep(states, input.lengths ?? null, memory);
        if (attended.memory) finalStates.push([attended.memory]);
        return {
          outputs: attended.outputs,
          finalStates,
          inspection: inspectionOf(inspections, attended.weights, input.inspect),
        };
      }),

    lastStep: (input) =>
      tidyAll(() => {
        const { outputs, last, finalStates, inspections } = run(input);
        const output = dropped(last, input.random);
        if (!attention) return { output, finalStates, inspection: inspectionOf(inspections, null, input.inspect) };
        const attended = attention.lastStep(dropped(outputs, input.random), input.lengths ?? null, output);
        return {
          output: attended.output,
          finalStates,
          inspection: inspectionOf(inspections, attended.weights, input.inspect),
        };
      }),
  };
}
