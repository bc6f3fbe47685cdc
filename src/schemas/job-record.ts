import type { Metrics } from "./common.ts";
import type { DatasetSummary } from "./datasets.ts";
import type { Checkpoint, Job, JobError, JobStatus, Progress, TrainingSettings } from "./jobs.ts";
import type { Architecture, ForecastSettings, Model, SequenceSettings, Task } from "./models.ts";
import type { RunOrigin } from "./training-run.ts";
import type { TextSettings } from "./vocabulary.ts";

/** What changes together with the events of one append. */
export interface JobChange {
  status?: JobStatus;
  progress?: Progress;
  attempt?: number;
  training?: TrainingSettings;
  metrics?: Metrics;
  error?: JobError | null;
  startedAt?: string;
  finishedAt?: string;
  /** A new checkpoint: replaces the latest, and the best when it is best; the model serves the best from now on. */
  checkpoint?: Omit<Checkpoint, "object" | "latest" | "created_at"> & { path: string };
  /** What the data decided about the model. */
  model?: Partial<Pick<Model, "parameter_count" | "forecast" | "metrics">>;
  /** Success: the best checkpoint becomes the model's next version. */
  newVersion?: boolean;
}

/** A job with all that a trainer needs to know. */
export interface JobRecord {
  job: Job;
  task: Task;
  architecture: Architecture;
  forecast: ForecastSettings | null;
  sequence: SequenceSettings | null;
  text?: TextSettings | null;
  dataset: { path: string; sha256: string; summary: DatasetSummary };
  checkpointFolder: string;
  /** What the run begins with, where that is not random weights. */
  origin?: RunOrigin | null;
  latestCheckpoint: { id: string; path: string; step: number } | null;
  /** Highest step of a step-end event in the log; 0 if none. */
  reportedStep: number;
  /** Highest seq in the log. */
  lastSeq: number;
}
