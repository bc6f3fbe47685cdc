import type { JobEventBody } from "../schemas/events.ts";
import type { ResolvedForecastSettings } from "../schemas/models.ts";
import type { Scalar, Variable } from "./backend.ts";
import type { HostTensor } from "./host-tensor.ts";
import type { Random } from "./random.ts";

export interface Evaluation {
  validationLoss: number | null;
  metrics: Record<string, number>;
}

export type Sample = Omit<Extract<JobEventBody, { type: "sample" }>, "type" | "step">;

export interface TaskState {
  /** Carried hidden state: the checkpoint's tensors `state/{name}`. */
  tensors: Map<string, HostTensor>;
  /** Cursor and random states. */
  json: Record<string, unknown>;
}

/** Data that a network learned before and must not forget. */
export interface OldData {
  /** Mean loss; awaits `pause` as a task's evaluate does. */
  evaluate(pause: () => Promise<void>): Promise<number>;
  /** Draws an example; the function returned computes its loss, under tf.variableGrads. */
  example(random: Random): () => Scalar;
}

/** Window after window of `length` tokens of each stream, a step's loss over all of them; dropout is all that is drawn. */
export interface TextWindows {
  ids: Int32Array;
  streams: { start: number; rows: number; length: number };
  length: number;
}

/**
 * What the training loop needs to know of a task. text/text-task.ts, series/forecast-task.ts and sequence/sequence-task.ts are
 * the three, made by `create...Task(spec, random): Promise<TrainingTask>`.
 */
export interface TrainingTask {
  /** Trainable variables by name, in a fixed order: the names of the checkpoint's tensors. */
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly stepsPerEpoch: number;
  /** Characters or target points a step trains on: what tokens_per_second counts. */
  readonly tokensPerStep: number;
  readonly vocabularySize: number | null;
  readonly forecast: ResolvedForecastSettings | null;
  /** What the data made the task leave out or do otherwise: reported once, when a run starts at step 0. */
  /** Where a step is nothing but one window of a text, read by every row of the batch: how they lie. Left out or null elsewhere. */
  readonly windows?: TextWindows | null;
  /** What it learned before; left out or null where the run begins with random weights. */
  readonly old?: OldData | null;
  readonly warnings?: readonly { code: string; message: string }[];
  /**
   * Takes the next batch and moves the data cursor on. `progress`: 0 at the run's start, 1 at its end. The function returned computes the loss (scalar) from `parameters`
   * and is called exactly once, under tf.variableGrads; carried state it keeps must be tf.keep()-ed and disposed by the task.
   */
  nextBatch(progress?: number): () => Scalar;
  /**
   * Loss and named metrics on the validation data; validationLoss is null where there is none. Leaves the training state alone.
   * Awaits `pause` between pieces of work of a batch's size; it lets messages in, and rejects when the run is cancelled.
   */
  evaluate(pause: () => Promise<void>): Promise<Evaluation>;
  /** A sample with the weights as they are; the same for the same weights and step. Awaits `pause` as evaluate does. */
  sample(step: number, pause: () => Promise<void>): Promise<Sample>;
  /** All that a resumed run needs beside weights and optimizer. */
  saveState(): TaskState;
  restoreState(state: TaskState): void;
  /** What serving needs: vocabulary, or scaling and settings. Goes into the checkpoint's header. */
  describe(): Record<string, unknown>;
  dispose(): void;
}
