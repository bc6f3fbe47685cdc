import type { JobEvent, JobEventBody } from "../../src/schemas/events.ts";
import type { TrainingSettings } from "../../src/schemas/jobs.ts";
import type { NewModel } from "../../src/store/store.ts";
import { architectureOf } from "../architecture.ts";

export const training: TrainingSettings = {
  epochs: null,
  steps: 100,
  batch_size: 8,
  sequence_length: 16,
  learning_rate: 0.001,
  optimizer: "adam",
  weight_decay: 0,
  schedule: { type: "constant", warmup_steps: 0 },
  clip_norm: 5,
  validation_fraction: 0.1,
  early_stopping: null,
  checkpoint_every: 10,
  sample_every: null,
  seed: 7,
};

export function newModel(name: string): NewModel {
  return {
    name,
    task: "text",
    architecture: architectureOf({ units: 8 }),
    forecast: null,
    sequence: null,
    parameter_count: null,
    tags: [],
  };
}

export function event(job: string, seq: number, body: JobEventBody): JobEvent {
  return { ...body, seq, job, at: "2026-01-02T03:04:05.678Z" };
}

export function stepEnd(job: string, seq: number, step: number): JobEvent {
  const numbers = {
    epoch: 0.5,
    loss: 2.25,
    learning_rate: 0.001,
    gradient_norm: 1.5,
    tokens_per_second: 1000,
    eta_ms: 9,
  };
  return event(job, seq, { type: "step-end", step, ...numbers });
}
