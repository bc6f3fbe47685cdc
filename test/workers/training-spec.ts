import type { TrainingSpec } from "../../src/schemas/training-run.ts";
import { architectureOf } from "../architecture.ts";

/** A spec for trainers that do not look at their data. */
export const spec: TrainingSpec = {
  ...{
    job: "job_1",
    model: "mdl_1",
    attempt: 1,
    task: "text",
    forecast: null,
    sequence: null,
    checkpointFolder: "/nowhere",
  },
  architecture: architectureOf({ units: 4 }),
  training: {
    ...{ epochs: null, steps: 10, batch_size: 1, learning_rate: 0.1, optimizer: "adam", weight_decay: 0 },
    ...{ schedule: { type: "constant", warmup_steps: 0 }, clip_norm: null, early_stopping: null },
    ...{ checkpoint_every: 4, sample_every: null, seed: 1 },
  },
  dataset: {
    ...{ path: "/nowhere", sha256: "" },
    summary: { kind: "text", characters: 100, lines: 1, vocabulary_size: 2, rarest: [] },
  },
  ...{ resumeFrom: null, reportedStep: 0 },
};
