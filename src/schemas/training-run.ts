import type { DatasetSummary } from "./datasets.ts";
import type { JobEventBody } from "./events.ts";
import type { TrainingSettings } from "./jobs.ts";
import type { Architecture, ForecastSettings, SequenceSettings, Task } from "./models.ts";
import type { TextSettings } from "./vocabulary.ts";

/** A checkpoint to begin with, and the data that it must not forget. */
export interface RunOrigin {
  path: string;
  oldDataset: { path: string } | null;
}

/** A whole training run. The same spec and the same checkpoint give the same weights. */
export interface TrainingSpec {
  job: string;
  model: string;
  attempt: number;
  task: Task;
  architecture: Architecture;
  forecast: ForecastSettings | null;
  sequence: SequenceSettings | null;
  /** What a text is read in; characters where it is left out or null. */
  text?: TextSettings | null;
  training: TrainingSettings;
  dataset: { path: string; sha256: string; summary: DatasetSummary };
  /** Existing folder; the thread writes `{checkpoint id}.safetensors` into it by rename. */
  checkpointFolder: string;
  /** What a new run begins with instead of random weights. */
  origin?: RunOrigin | null;
  /** Where the run goes on from; null for a new one. */
  resumeFrom: string | null;
  /** Numbers in the log already: a resumed run repeats those steps exactly and does not report them again. */
  reportedStep: number;
}

export interface CheckpointFile {
  id: string;
  path: string;
  bytes: number;
  sha256: string;
}

/** What the engine reports while it trains. A checkpoint is on disk, synced, before its event is sent. */
export type TrainingEvent =
  | Extract<JobEventBody, { type: "job-start" | "step-end" | "epoch-end" | "sample" | "warning" }>
  | (Extract<JobEventBody, { type: "checkpoint" }> & { file: CheckpointFile });

export type TrainingOutcome =
  | { status: "succeeded"; step: number; metrics: Record<string, number> }
  | { status: "stopped"; step: number }; // cancelled, or suspended with a checkpoint written
