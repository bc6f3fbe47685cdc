import type { SequenceSettings } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import type { HostTensor } from "../host-tensor.ts";
import { createDense } from "../layers/dense.ts";
import { gatherRows } from "../layers/gather-rows.ts";
import type { NetworkArchitecture } from "../layers/network-architecture.ts";
import { createRecurrentStack } from "../layers/recurrent-stack.ts";
import { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import type { SequenceBatch } from "./sequence-batch.ts";

/** Numbers of each step in, a value or the logits of classes out, where the batch has targets: recurrent layers and a dense head. */
export interface SequenceNetwork {
  readonly parameters: Parameters;
  /** `random` draws the dropout masks of a training step; null at all other times. [rows, output size] */
  apply(batch: SequenceBatch, random: Random | null): Tensor2D;
}

/** First values are drawn at random, or taken from a checkpoint's tensors; throws checkpoint_corrupt where they do not fit. */
export function createSequenceNetwork(
  architecture: NetworkArchitecture,
  settings: Pick<SequenceSettings, "input_size" | "output_size" | "output">,
  source: Random | ReadonlyMap<string, HostTensor>,
): SequenceNetwork {
  const { input_size: inputSize, output_size: outputSize } = settings;
  const parameters = new Parameters(source);
  const stack = createRecurrentStack(architecture, { inputSize, causal: false }, parameters);
  const head = createDense({ name: "head", inputs: stack.outputSize, outputs: outputSize }, parameters);

  return {
    parameters,
    apply: ({ batch, time, inputs, lengths, rows }, random) =>
      tf.tidy(() => {
        const values: Tensor3D = tf.tensor3d(inputs, [batch, time, inputSize]);
        const ends = lengths.every((length) => length === time) ? null : Array.from(lengths);
        const input = { inputs: values, states: stack.initialStates(batch), lengths: ends, random };
        if (settings.output === "last_step") return head(stack.lastStep(input).output);
        const { outputs } = stack.eachStep(input);
        // The head sees real steps only: padding costs it nothing and never reaches the loss.
        const wanted = gatherRows(flattenSteps(outputs), tf.tensor2d(rows, [1, rows.length], "int32"));
        return head(tf.squeeze<Tensor2D>(wanted, [0]));
      }),
  };
}
