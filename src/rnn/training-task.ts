import type { JobEventBody } from "../schemas/events.ts";
import type { ResolvedForecastSettings } from "../schemas/models.ts";
import type { Scalar, Tensor, Variable } from "./backend.ts";

/** What the training loop needs to know of a task. text/text-task.ts and series/forecast-task.ts are the two. */
export interface TrainingTask {
  /** Trainable variables by name, in a fixed order: the names of the checkpoint's tensors. */
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly stepsPerEpoch: number;
  /** Characters or target points a step trains on: what tokens_per_second counts. */
  readonly tokensPerStep: number;
  readonly vocabularySize: number | null;
  readonly forecast: ResolvedForecastSettings | null;
  /**
   * Takes the next batch and moves the data cursor on. The function returned computes the loss (scalar) from `parameters`
   * and is called exactly once, under tf.variableGrads; carried state it keeps must be tf.keep()-ed and disposed by the task.
   */
  nextBatch(): () => Scalar;
  /** Loss and named metrics on the validation data; validation_loss is null where there is none. Leaves the training state alone. */
  evaluate(): { validationLoss: number | null; metrics: Record<string, number> };
  /** A sample with the weights as they are. */
  sample(): Omit<Extract<JobEventBody, { type: "sample" }>, "type" | "step">;
  /** All that a resumed run needs beside weights and optimizer: carried hidden state as tensors, cursor and random state as JSON. */
  saveState(): { tensors: Map<string, Tensor>; json: Record<string, unknown> };
  restoreState(state: { tensors: Map<string, Tensor>; json: Record<string, unknown> }): void;
  /** What serving needs: vocabulary, or scaling and settings. Goes into the checkpoint's header. */
  describe(): Record<string, unknown>;
  dispose(): void;
}
