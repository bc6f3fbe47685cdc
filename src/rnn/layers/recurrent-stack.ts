import type { Architecture } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { glorotUniform, orthogonal, unitForgetBias, zeros } from "../initialisers.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import { chooseRecurrentLayer } from "./choose-recurrent-layer.ts";
import { dropout } from "./dropout.ts";
import { gateCount } from "./gate-count.ts";
import type { RecurrentState, RecurrentWeights } from "./recurrent-layer.ts";

export interface StackInput {
  /** Numbers [batch, time, input], or token ids [batch, time] (int32). */
  inputs: Tensor3D | Tensor2D;
  /** Of each layer, the lowest first. */
  states: RecurrentState[];
  /** Draws the dropout masks of a training step; null at all other times. */
  random: Random | null;
}

export type StackOutput = {
  outputs: Tensor3D; // [batch, time, units]
  finalStates: RecurrentState[];
};

/** Recurrent layers, one over the other. */
export interface RecurrentStack {
  /** All zero, each [batch, units]; the caller disposes them. */
  initialStates(batch: number): RecurrentState[];
  apply(input: StackInput): StackOutput;
}

/** Makes the variables `recurrent/{layer}/kernel|recurrent_kernel|bias`, laid out and initialised as Keras does. */
export function createRecurrentStack(
  architecture: Architecture,
  inputSize: number,
  parameters: Parameters,
): RecurrentStack {
  const { cell, units, layers, dropout: share, reset_after: resetAfter } = architecture;
  const recurrentLayer = chooseRecurrentLayer();
  const weights = Array.from({ length: layers }, (_, layer) => {
    return createWeights(
      architecture,
      layer === 0 ? inputSize : units,
      (name) => `recurrent/${layer}/${name}`,
      parameters,
    );
  });

  return {
    initialStates: (batch) =>
      weights.map(() => Array.from({ length: cell === "lstm" ? 2 : 1 }, () => tf.zeros([batch, units]) as Tensor2D)),

    apply: ({ inputs, states, random }) =>
      tf.tidy(() => {
        const finalStates: RecurrentState[] = [];
        let values = inputs;
        for (const [layer, layerWeights] of weights.entries()) {
          const initialState = states[layer]!;
          const input = { cell, inputs: values, initialState, weights: layerWeights, resetAfter };
          const { outputs, finalState } = recurrentLayer(input);
          values = random && share > 0 ? dropout(outputs, share, random) : outputs;
          finalStates.push(finalState);
        }
        return { outputs: values as Tensor3D, finalStates };
      }),
  };
}

function createWeights(
  { cell, units, reset_after: resetAfter }: Architecture,
  inputSize: number,
  nameOf: (name: string) => string,
  parameters: Parameters,
): RecurrentWeights {
  const columns = gateCount[cell] * units;
  const biasShape = cell === "gru" && resetAfter ? [2, columns] : [columns];
  return {
    kernel: parameters.create(nameOf("kernel"), [inputSize, columns], glorotUniform) as unknown as Tensor2D,
    recurrentKernel: parameters.create(nameOf("recurrent_kernel"), [units, columns], orthogonal) as unknown as Tensor2D,
    bias: parameters.create(nameOf("bias"), biasShape, cell === "lstm" ? unitForgetBias : zeros),
  };
}
