import { type Scalar, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { smallUniform } from "../initialisers.ts";
import { createDense } from "../layers/dense.ts";
import { gatherRows } from "../layers/gather-rows.ts";
import type { NetworkArchitecture } from "../layers/network-architecture.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";
import { createRecurrentStack } from "../layers/recurrent-stack.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import { headLoss } from "./head-loss.ts";

export interface TextInput {
  ids: Tensor2D; // int32 [batch, time]
  states: RecurrentState[];
  /** Draws the dropout masks of a training step; null at all other times. */
  random: Random | null;
}

export type TextOutput = {
  logits: Tensor2D; // [batch * time, vocabulary]: the steps of the first row, then of the second...
  finalStates: RecurrentState[];
};

export interface LossInput extends TextInput {
  /** The character after each, row by row. */
  labels: Tensor1D; // int32 [batch * time]
}

export type LossOutput = {
  /** Mean cross-entropy over all characters, in nats. */
  loss: Scalar;
  finalStates: RecurrentState[];
};

/** Characters in, the next character's logits out: embedding or one-hot, recurrent layers, dense head. */
export interface TextNetwork {
  readonly parameters: Parameters;
  readonly vocabularySize: number;
  /** All zero, of each layer; the caller disposes them. */
  initialStates(batch: number): RecurrentState[];
  apply(input: TextInput): TextOutput;
  /** What training minimises; without the logits where the fused kernels are. */
  loss(input: LossInput): LossOutput;
}

export function createTextNetwork(
  architecture: NetworkArchitecture,
  vocabularySize: number,
  parameters: Parameters,
): TextNetwork {
  const embeddingSize = architecture.embedding_size;
  const embedding =
    embeddingSize === null
      ? null
      : (parameters.create("embedding", [vocabularySize, embeddingSize], smallUniform) as unknown as Tensor2D);
  const stack = createRecurrentStack(
    architecture,
    { inputSize: embeddingSize ?? vocabularySize, causal: true },
    parameters,
  );
  const head = createDense({ name: "head", inputs: stack.outputSize, outputs: vocabularySize }, parameters);
  const [kernel, bias] = [parameters.variables.get("head/kernel")!, parameters.variables.get("head/bias")!];

  function runStack({ ids, states, random }: TextInput) {
    const inputs: Tensor2D | Tensor3D = embedding ? gatherRows(embedding, ids) : ids;
    return stack.eachStep({ inputs, states, random });
  }

  return {
    parameters,
    vocabularySize,
    initialStates: stack.initialStates,
    apply: (input) =>
      tf.tidy(() => {
        const { outputs, finalStates } = runStack(input);
        return { logits: head(flattenSteps(outputs)), finalStates };
      }),
    loss: ({ labels, ...input }) =>
      tf.tidy(() => {
        const { outputs: hidden, finalStates } = runStack(input);
        return { loss: headLoss({ hidden, kernel, bias, labels }), finalStates };
      }),
  };
}
