import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { readCheckpoint } from "../../../src/rnn/checkpoint.ts";
import { loadModel } from "../../../src/rnn/serving/load-model.ts";
import { train } from "../../../src/rnn/train.ts";
import type { TrainingEvent, TrainingSpec } from "../../../src/schemas/training-run.ts";
import { forecastSpec } from "./forecast-spec.ts";
import { seasonalSeries } from "./seasonal-series.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unroll-forecast-run-"));
});
afterEach(() => rm(folder, { recursive: true }));

type Checkpoint = Extract<TrainingEvent, { type: "checkpoint" }>;
async function run(spec: TrainingSpec) {
  const events: TrainingEvent[] = [];
  const outcome = await train(spec, (event) => events.push(event), new AbortController().signal);
  return { events, outcome, checkpoints: events.filter((event): event is Checkpoint => event.type === "checkpoint") };
}

async function runSpec(): Promise<TrainingSpec> {
  const series = [...seasonalSeries(6, 84), { id: "short", target: [1, 2, 3] }];
  const spec = await forecastSpec(folder, series, { horizon: 12 });
  const schedule = { type: "cosine", warmup_steps: 3 } as const;
  spec.architecture = { ...spec.architecture, dropout: 0.1, layers: 2 };
  spec.training = { ...spec.training, optimizer: "adamw", steps: 30, checkpoint_every: 10, sample_every: 10, schedule };
  return spec;
}

test("a run says what it chose and left out, shows forecasts as it learns, and its checkpoint serves", async () => {
  const tensors = tf.memory().numTensors;
  const { events, outcome, checkpoints } = await run(await runSpec());
  expect(outcome).toMatchObject({ status: "succeeded", step: 30, metrics: { mase_ratio: expect.any(Number) } });
  expect(outcome.status === "succeeded" && outcome.metrics.mase_ratio).toBeLessThan(1);
  const forecast = {
    season_length: 12,
    block_length: 12,
    context_length: 60,
    lags: [1, 2],
    baseline: "seasonal",
    transform: "log",
  };
  expect(events[0]).toMatchObject({ type: "job-start", forecast, vocabulary_size: null });
  expect(events[1]).toMatchObject({
    type: "warning",
    code: "series_too_short",
    message: expect.stringContaining("short (3)"),
  });
  const sampled = events.flatMap((event) => (event.type === "sample" ? [event.forecast!.id] : []));
  expect(sampled).toEqual(["series-1", "series-2", "series-3"]);

  const model = await loadModel(checkpoints.at(-1)!.file.path);
  if (model.task !== "forecast") throw new Error("expected a forecast model");
  const { target } = seasonalSeries(1, 84, 21)[0]!;
  const [output] = model.forecaster.forecast([{ target, start: "2020-01-31" }], 2, [0.1, 0.9]);
  expect(output).toMatchObject({
    timestamps: ["2027-01-31", "2027-02-28"],
    median: [expect.any(Number), expect.any(Number)],
  });
  model.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

test("a run that goes on from a checkpoint ends bit for bit as an unbroken one", async () => {
  const spec = await runSpec();
  const whole = await run(spec);
  const first = whole.checkpoints[0]!;
  const resumed = await run({ ...spec, attempt: 2, resumeFrom: first.file.path, reportedStep: first.step });
  expect(resumed.outcome).toEqual(whole.outcome);
  const last = async ({ checkpoints }: typeof whole) => [
    ...(await readCheckpoint(checkpoints.at(-1)!.file.path)).tensors,
  ];
  expect(await last(resumed)).toEqual(await last(whole));
  expect(resumed.events.some(({ type }) => type === "warning")).toBe(false);
});
