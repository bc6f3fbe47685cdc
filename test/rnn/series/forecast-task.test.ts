import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { countParameters } from "../../../src/rnn/count-parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";
import { seasonalSeries } from "./seasonal-series.ts";
import { trainTask, weightsOf } from "./train-task.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unroll-forecast-"));
});
afterEach(() => rm(folder, { recursive: true }));

const noPause = async () => {};
async function taskOf(
  series: TestSeries[],
  settings: Partial<ForecastSettings> & { horizon: number; frequency?: string | null },
  seed = 3,
) {
  const spec = await forecastSpec(folder, series, settings);
  return { spec, task: await createForecastTask(spec, new Random(seed)) };
}

test("a small training beats the seasonal naive forecast on the hold-out", async () => {
  const { task } = await taskOf(seasonalSeries(12, 96), { horizon: 12 });
  const before = await task.evaluate(noPause);
  // The network knows nothing yet; what is better than its baseline is the smoothed forecast.
  expect(before.metrics.blend_weight).toBe(1);
  trainTask(task, 120, 0.2);
  const { validationLoss, metrics } = await task.evaluate(noPause);
  expect(validationLoss).toBeLessThan(before.validationLoss! / 2);
  expect(metrics.mase_ratio).toBeLessThan(0.5);
  expect(metrics.seasonal_naive_mase).toBe(before.metrics.seasonal_naive_mase);
  expect(metrics.holdout_series).toBe(12);
  task.dispose();
});

test("what lies in the hold-out changes no weight", async () => {
  const series = seasonalSeries(4, 60);
  const other = series.map(({ id, target }) => ({
    id,
    target: target.map((value, step) => (step < 48 ? value : value! * (2 + Math.sin(step)))),
  }));
  const { task } = await taskOf(series, { horizon: 12 });
  const { task: changed } = await taskOf(other, { horizon: 12 });
  expect(trainTask(changed, 10)).toEqual(trainTask(task, 10));
  expect(weightsOf(changed)).toEqual(weightsOf(task));
  expect((await changed.evaluate(noPause)).metrics.mase).not.toBe((await task.evaluate(noPause)).metrics.mase);
  task.dispose();
  changed.dispose();
});

test.each(["gru", "lstm", "simple_rnn"] as const)("%s: a resumed run ends with the same weights", async (cell) => {
  const spec = await forecastSpec(folder, seasonalSeries(3, 72), { horizon: 6 });
  spec.architecture = { ...spec.architecture, cell, layers: 2, dropout: 0.2 };
  const whole = await createForecastTask(spec, new Random(5));
  trainTask(whole, 4);
  const saved = JSON.parse(JSON.stringify(whole.saveState().json)) as Record<string, unknown>;
  const weights = [...whole.parameters].map(([name, variable]) => [name, variable.clone()] as const);
  await whole.evaluate(noPause);
  await whole.sample(4, noPause);
  const losses = trainTask(whole, 4);

  const resumed = await createForecastTask(spec, new Random(99));
  for (const [name, value] of weights) {
    resumed.parameters.get(name)!.assign(value);
    value.dispose();
  }
  resumed.restoreState({ tensors: new Map(), json: saved });
  expect(trainTask(resumed, 4)).toEqual(losses);
  expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  whole.dispose();
  resumed.dispose();
});

test("parameters are as many as counted, steps leave no tensor behind", async () => {
  const tensors = tf.memory().numTensors;
  const { spec, task } = await taskOf(seasonalSeries(3, 72), { horizon: 6 });
  const count = [...task.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  expect(count).toBe(countParameters({ ...spec, task: "forecast", forecast: task.forecast, vocabularySize: null }));
  expect(task).toMatchObject({ tokensPerStep: 32 * 6, vocabularySize: null, stepsPerEpoch: Math.ceil((3 * 43) / 32) });
  trainTask(task, 1);
  const running = tf.memory().numTensors;
  trainTask(task, 5);
  await task.evaluate(noPause);
  await task.sample(10, noPause);
  expect(tf.memory().numTensors).toBe(running);
  task.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

test("samples take turns over the hold-outs", async () => {
  const { task } = await taskOf(seasonalSeries(3, 72), { horizon: 6 });
  const samples = await Promise.all([10, 20, 30, 40].map((step) => task.sample(step, noPause)));
  expect(samples.map(({ forecast }) => forecast!.id)).toEqual(["series-1", "series-2", "series-0", "series-1"]);
  expect(samples[0]).toEqual(samples[3]);
  const { history, actual, median, lower, upper } = samples[0]!.forecast!;
  expect([history.length, actual.length, median.length]).toEqual([24, 6, 6]);
  for (const [step, value] of median.entries()) {
    expect(lower[step]).toBeLessThanOrEqual(value);
    expect(upper[step]).toBeGreaterThanOrEqual(value);
  }
  task.dispose();
});

test("missing values are trained over, missing targets weigh nothing", async () => {
  const series: TestSeries[] = seasonalSeries(3, 72).map(({ id, target }) => ({
    id,
    target: target.map((value, step) => (step % 5 === 0 || (step > 60 && step < 68) ? null : value)),
  }));
  const { task } = await taskOf(series, { horizon: 6 });
  for (const loss of trainTask(task, 10)) expect(loss).toBeGreaterThan(0);
  const { validationLoss, metrics } = await task.evaluate(noPause);
  for (const value of [validationLoss, ...Object.values(metrics)]) expect(Number.isFinite(value)).toBe(true);
  task.dispose();
});

describe("series that are too short", () => {
  test("are left out or trained whole, each with a warning that names them", async () => {
    const [long, middle, short] = [72, 15, 11].map((length) => seasonalSeries(1, length)[0]!);
    const series = [
      { ...long!, id: "long" },
      { ...middle!, id: "middle" },
      { ...short!, id: "short" },
      { id: "empty", target: [null, null] },
    ];
    const { task } = await taskOf(series, { horizon: 6 });
    expect(task.warnings!.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "series_too_short: 1 of 3 series are not trained on: they have fewer than 2 horizons (12) of values: short (11)",
      "series_without_holdout: 1 of 3 series have no hold-out: they have fewer than 3 horizons (18) of values: middle (15)",
      "series_empty: 1 series hold no value at all",
    ]);
    expect((await task.evaluate(noPause)).metrics.holdout_series).toBe(1);
    expect(task.describe()).toMatchObject({ frequency: "mo", long_season: 12, minimum_history: 6 });
    trainTask(task, 2);
    task.dispose();
  });

  test("all of them: an error that names the longest first", async () => {
    await expect(taskOf([{ id: "short", target: [1, 2, 3] }], { horizon: 6 })).rejects.toThrow(
      expect.objectContaining({ code: "dataset_invalid", message: expect.stringContaining("short (3)") }),
    );
  });

  test("without any hold-out there is no validation loss", async () => {
    const { task } = await taskOf(seasonalSeries(2, 15), { horizon: 6, frequency: null });
    expect(task.warnings!.map(({ code }) => code)).toEqual([
      "series_without_holdout",
      "no_validation",
      "frequency_unknown",
    ]);
    expect(await task.evaluate(noPause)).toEqual({ validationLoss: null, metrics: {} });
    expect((await task.sample(0, noPause)).forecast!.actual).toEqual([]);
    task.dispose();
  });
});

test("a run over ugly series stays finite", async () => {
  const ugly: TestSeries[] = [
    { id: "constant", target: Array.from({ length: 60 }, () => 5) },
    { id: "zeros", target: Array.from({ length: 60 }, () => 0) },
    { id: "huge", target: Array.from({ length: 60 }, (_, step) => (step % 2 === 0 ? 1e300 : -1e300)) },
    { id: "tiny", target: Array.from({ length: 60 }, (_, step) => 1e-300 * step) },
    { id: "spike", target: Array.from({ length: 60 }, (_, step) => (step === 30 ? 1e30 : step % 3)) },
    { id: "largest", target: Array.from({ length: 60 }, (_, step) => (step % 3 === 0 ? -1.7e308 : 1.7e308)) },
  ];
  const { task } = await taskOf(ugly, { horizon: 12 });
  for (const loss of trainTask(task, 20, 0.01)) expect(Number.isFinite(loss)).toBe(true);
  const { validationLoss, metrics } = await task.evaluate(noPause);
  for (const value of [validationLoss, ...Object.values(metrics)]) expect(Number.isFinite(value)).toBe(true);
  for (const weights of weightsOf(task)) expect(weights.every(Number.isFinite)).toBe(true);
  task.dispose();
});
