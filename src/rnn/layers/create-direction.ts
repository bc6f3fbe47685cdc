import type { Tensor2D, Tensor3D } from "../backend.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import { chooseRecurrentLayer } from "./choose-recurrent-layer.ts";
import { createRecurrentWeights } from "./create-recurrent-weights.ts";
import { dropoutMask } from "./dropout-mask.ts";
import { inspectSteps, type StepsInspection } from "./inspect-steps.ts";
import type { NetworkArchitecture } from "./network-architecture.ts";
import type { RecurrentInput, RecurrentOutput, RecurrentState } from "./recurrent-layer.ts";

export interface DirectionInput {
  inputs: Tensor3D | Tensor2D;
  initialState: RecurrentState;
  lengths: readonly number[] | null;
  random: Random | null;
  inspect: boolean;
}

/** One pass of a layer over a sequence, from its first step to its last. */
export type Direction = (input: DirectionInput) => RecurrentOutput & { inspection: StepsInspection | null };

/** Makes the variables `{name}/...`. */
export function createDirection(
  architecture: NetworkArchitecture,
  { name, inputSize }: { name: string; inputSize: number },
  parameters: Parameters,
): Direction {
  const { cell, units, reset_after: resetAfter, activation, recurrent_dropout: share } = architecture;
  const run = chooseRecurrentLayer(architecture);
  const weights = createRecurrentWeights(architecture, { name, inputSize }, parameters);
  return ({ inputs, initialState, lengths, random, inspect }) => {
    const recurrentMask = random && share > 0 ? dropoutMask<Tensor2D>([inputs.shape[0]!, units], share, random) : null;
    const shape = { cell, resetAfter, activation, recurrentMask, lengths };
    const input: RecurrentInput = { ...shape, inputs, initialState, weights };
    const output = run(input);
    return { ...output, inspection: inspect ? inspectSteps(input, output.outputs) : null };
  };
}
