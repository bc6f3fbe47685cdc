import type { Architecture } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { smallUniform } from "../initialisers.ts";
import { createDense } from "../layers/dense.ts";
import { gatherRows } from "../layers/gather-rows.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";
import { createRecurrentStack } from "../layers/recurrent-stack.ts";
import type { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";

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

/** Characters in, the next character's logits out: embedding or one-hot, recurrent layers, dense head. */
export interface TextNetwork {
  readonly parameters: Parameters;
  readonly vocabularySize: number;
  /** All zero, of each layer; the caller disposes them. */
  initialStates(batch: number): RecurrentState[];
  apply(input: TextInput): TextOutput;
}

export function createTextNetwork(
  architecture: Architecture,
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

  return {
    parameters,
    vocabularySize,
    initialStates: stack.initialStates,
    apply: ({ ids, states, random }) =>
      tf.tidy(() => {
        const inputs: Tensor2D | Tensor3D = embedding ? gatherRows(embedding, ids) : ids;
        const { outputs, finalStates } = stack.eachStep({ inputs, states, random });
        return { logits: head(flattenSteps(outputs)), finalStates };
      }),
  };
}
