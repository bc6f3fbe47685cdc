import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import { drawPaths } from "../../../src/rnn/series/draw-paths.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster } from "../../../src/rnn/series/forecaster.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";
import { seasonalSeries } from "./seasonal-series.ts";
import { trainTask } from "./train-task.ts";

type Settings = Partial<ForecastSettings> & { horizon: number };

/** Trains a little, calibrates on the hold-outs, and takes the way through a checkpoint's contents. */
async function trained(series: TestSeries[], settings: Settings) {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-paths-"));
  const spec = await forecastSpec(folder, series, settings);
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  trainTask(task, 40, 0.05);
  await task.evaluate(async () => undefined);
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  const description = JSON.parse(JSON.stringify(task.describe())) as ForecastDescription;
  task.dispose();
  return createForecaster({ architecture: spec.architecture, forecast: task.forecast!, description, tensors });
}

function counts(seed = 5): TestSeries[] {
  const random = new Random(seed);
  return Array.from({ length: 6 }, (_, index) => ({
    id: `counts-${index}`,
    target: Array.from({ length: 72 }, () => Math.floor(-Math.log(1 - random.uniform()) * (1 + 3 * index))),
  }));
}

const count = 10_000;

/** Of a value that should have the share `level` below it: how far the share found is off, in its standard errors. */
function surprise(values: number[], quantile: number, level: number): number {
  const below = values.filter((value) => value < quantile).length / values.length;
  const upTo = values.filter((value) => value <= quantile).length / values.length;
  const error = Math.sqrt((level * (1 - level)) / values.length);
  return Math.max(0, below - level, level - upTo) / error;
}

describe("the quantiles of 10,000 sample paths are those of the reply", () => {
  test.each<[string, TestSeries[], Settings, number[]]>([
    ["quantile", seasonalSeries(6, 72), { horizon: 6 }, [0.1, 0.25, 0.5, 0.77, 0.9]],
    ["gaussian", seasonalSeries(6, 72), { horizon: 6, likelihood: "gaussian" }, [0.01, 0.1, 0.25, 0.5, 0.9, 0.995]],
    ["student_t", seasonalSeries(6, 72), { horizon: 6, likelihood: "student_t" }, [0.01, 0.1, 0.25, 0.5, 0.9, 0.995]],
    [
      "negative_binomial",
      counts(),
      { horizon: 6, likelihood: "negative_binomial" },
      [0.01, 0.1, 0.25, 0.5, 0.9, 0.995],
    ],
  ])(
    "%s",
    async (_, series, settings, levels) => {
      const forecaster = await trained(series, settings);
      const { target } = series[5]!;
      const ask = (seed: number) => forecaster.forecast([{ target }], null, levels, { count, seed })[0]!;
      const { quantiles, samples, mean } = ask(7);
      expect(samples).toHaveLength(count);
      for (let step = 0; step < settings.horizon; step++) {
        const values = samples!.map((one) => one[step]!);
        for (const level of levels) {
          expect(surprise(values, quantiles[String(level)]![step]!, level)).toBeLessThan(4);
        }
        const spread = quantiles["0.9"]![step]! - quantiles["0.1"]![step]!;
        const sampled = values.reduce((sum, value) => sum + value / count, 0);
        expect(Math.abs(sampled - mean[step]!)).toBeLessThan(0.15 * spread + 1e-9);
      }
      expect(ask(7).samples).toEqual(samples);
      expect(ask(8).samples).not.toEqual(samples);
      forecaster.dispose();
    },
    30_000,
  );
});

test("steps of a path hang together as asked", () => {
  const paths = drawPaths((_, score) => score, { count: 20_000, horizon: 3, correlation: 0.8, seed: 3 });
  const product = (one: number, other: number) =>
    paths.reduce((sum, values) => sum + (values[one]! * values[other]!) / paths.length, 0);
  expect(product(0, 0)).toBeCloseTo(1, 1);
  expect(product(0, 1)).toBeCloseTo(0.8, 1);
  expect(product(0, 2)).toBeCloseTo(0.64, 1);
  expect(product(2, 2)).toBeCloseTo(1, 1);
});

test("paths of a series are its own, whichever stand beside it", async () => {
  const series = seasonalSeries(6, 72);
  const forecaster = await trained(series, { horizon: 6 });
  const [first, second] = series.map(({ target }) => ({ target }));
  const together = forecaster.forecast([first!, second!], 3, null, { count: 2, seed: 9 });
  const [alone] = forecaster.forecast([first!], 3, null, { count: 2, seed: 9 });
  expect(together[0]!.samples).toEqual(alone!.samples);
  expect(together[1]!.samples).toHaveLength(2);
  expect(together[1]!.samples![0]).toHaveLength(3);
  forecaster.dispose();
});

test("bounds hold in every number, whole numbers where asked", async () => {
  const series = counts();
  const bounds = { minimum: 0, maximum: 40, integer: true } as const;
  const within = series.map(({ id, target }) => ({ id, target: target.map((value) => Math.min(value!, 40)) }));
  for (const likelihood of ["quantile", "gaussian", "student_t", "negative_binomial"] as const) {
    const forecaster = await trained(within, { horizon: 6, likelihood, transform: "none", ...bounds });
    const outputs = forecaster.forecast(within, null, null, { count: 200, seed: 1 });
    for (const { mean, median, quantiles, samples } of outputs) {
      const whole = [median, ...Object.values(quantiles), ...samples!].flat();
      expect(whole.every((value) => Number.isInteger(value) && value >= 0 && value <= 40)).toBe(true);
      expect(mean.every((value) => value >= 0 && value <= 40)).toBe(true);
    }
    forecaster.dispose();
  }
}, 30_000);
