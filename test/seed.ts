import type { FastifyInstance } from "fastify";
import type { ForecastSettings } from "../src/schemas/models.ts";
import { architectureOf } from "./architecture.ts";
import { plainForecast } from "./forecast-settings.ts";
import { checkpointChange } from "./store/temporary-store.ts";

const text = "to be, or not to be, that is the question\n".repeat(40);

/** A text dataset and an untrained text model, by their names: hamlet and writer. */
export async function seedText(app: FastifyInstance) {
  const dataset = await app.store.datasets.create({ format: "json", body: { name: "hamlet", kind: "text", text } });
  const architecture = architectureOf({ cell: "lstm", units: 8 });
  const common = { architecture, parameter_count: null, tags: [] };
  const model = await app.store.models.create({
    ...common,
    name: "writer",
    task: "text",
    forecast: null,
    sequence: null,
  });
  return { dataset, model };
}

/** A text model that has a checkpoint, so that it writes. */
export async function seedWriter(app: FastifyInstance) {
  const { dataset, model } = await seedText(app);
  return { model, dataset, checkpoint: await giveCheckpoint(app, model.id, dataset.id) };
}

/** A forecast model that has a checkpoint: seer, horizon 3, quantiles 0.1 to 0.9 unless told otherwise. */
export async function seedForecaster(app: FastifyInstance, settings: Partial<ForecastSettings> = {}) {
  const target = Array.from({ length: 60 }, (_, month) => 100 + (month % 12));
  const body = { name: "sales", kind: "series" as const, series: [{ id: "a", target }] };
  const dataset = await app.store.datasets.create({ format: "json", body });
  const architecture = architectureOf({ cell: "gru", units: 8 });
  const forecast = {
    horizon: 3,
    context_length: 12,
    block_length: 3,
    lags: [1],
    ...plainForecast,
    season_length: 12,
    baseline: "seasonal" as const,
    transform: "none" as const,
    head_units: 16,
    quantiles: [0.1, 0.5, 0.9],
    ...settings,
  };
  const model = await app.store.models.create({
    name: "seer",
    task: "forecast",
    architecture,
    forecast,
    sequence: null,
    parameter_count: 9,
    tags: [],
  });
  return { model, dataset, checkpoint: await giveCheckpoint(app, model.id, dataset.id) };
}

const training = {
  ...{ epochs: null, steps: 10, batch_size: 2, sequence_length: 4, learning_rate: 0.01, optimizer: "adam" as const },
  ...{
    weight_decay: 0,
    schedule: { type: "constant" as const, warmup_steps: 0 },
    clip_norm: 5,
    validation_fraction: 0.1,
  },
  ...{ early_stopping: null, checkpoint_every: 5, sample_every: null, seed: 1 },
};

/** Past the runner: a job that has ended, with one checkpoint. */
export async function giveCheckpoint(app: FastifyInstance, model: string, dataset: string): Promise<string> {
  const job = await app.store.jobs.create({ model, dataset, training });
  const { length } = (await app.store.jobs.list({ limit: 100 })).data;
  const checkpoint = await checkpointChange(app.store, job.id, { number: length, step: 10, best: true, loss: 1.5 });
  const at = "2026-01-02T03:04:05.678Z";
  await app.store.jobs.append(
    job.id,
    [
      { type: "job-queued", position: 1, reason: "submitted", seq: 1, job: job.id, at },
      { type: "checkpoint", id: checkpoint.id, step: 10, metrics: {}, best: true, seq: 2, job: job.id, at },
    ],
    { status: "running", checkpoint },
  );
  await app.store.jobs.append(
    job.id,
    [{ type: "job-end", status: "succeeded", error: null, metrics: {}, duration_ms: 5, seq: 3, job: job.id, at }],
    { status: "succeeded", newVersion: true },
  );
  return checkpoint.id;
}
