import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { JobEvent, JobEventBody } from "../../src/schemas/events.ts";
import type { JobChange } from "../../src/schemas/job-record.ts";
import type { TrainingSettings } from "../../src/schemas/jobs.ts";
import { type OpenStoreOptions, openStore } from "../../src/store/open-store.ts";
import type { NewModel, Store } from "../../src/store/store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A store in a folder of its own; closed and removed when the test has ended. */
export async function temporaryStore(
  options: Partial<OpenStoreOptions> = {},
): Promise<{ store: Store; folder: string }> {
  const folder = options.dataFolder ?? (await temporaryFolder());
  const store = await openStore({ maxUploadBytes: 64 * 1024 * 1024, ...options, dataFolder: folder });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { store, folder };
}

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
  const architecture = { units: 8, layers: 1, dropout: 0, embedding_size: null, reset_after: true };
  return {
    name,
    task: "text",
    architecture: { cell: "lstm", ...architecture },
    forecast: null,
    parameter_count: null,
    tags: [],
  };
}

/** A text dataset, a model and a queued job. */
export async function jobIn(store: Store, name = "first"): Promise<{ model: string; job: string; dataset: string }> {
  const dataset = await store.datasets.create({
    format: "json",
    body: { name: `${name}-text`, kind: "text", text: "abc" },
  });
  const model = await store.models.create(newModel(name));
  const job = await store.jobs.create({ model: model.id, dataset: dataset.id, training });
  return { model: model.id, job: job.id, dataset: dataset.id };
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

/** Writes a checkpoint's file and gives the change that records it. The number makes the id: 26 characters after the prefix. */
export async function checkpointChange(
  store: Store,
  job: string,
  { number, step, best, loss }: { number: number; step: number; best: boolean; loss: number },
): Promise<NonNullable<JobChange["checkpoint"]>> {
  const record = await store.jobs.record(job);
  const id = `ckp_${String(number).padStart(26, "0")}`;
  const path = join(record.checkpointFolder, `${id}.safetensors`);
  await writeFile(path, `weights of ${number}`);
  const metrics = { validation_loss: loss };
  return { id, job, model: record.job.model, step, metrics, best, bytes: 12, sha256: "ab".repeat(32), path };
}
