import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { countParameters } from "../../../src/rnn/count-parameters.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import { ForecastBatch } from "../../../src/rnn/series/forecast-batch.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster } from "../../../src/rnn/series/forecaster.ts";
import { sortedPaths } from "../../../src/rnn/series/sorted-paths.ts";
import { plainForecast } from "../../forecast-settings.ts";
import { forecastSpec } from "./forecast-spec.ts";
import { seasonalSeries } from "./seasonal-series.ts";
import { trainTask } from "./train-task.ts";

async function ensembleTask(seeds: number) {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-ensemble-"));
  const spec = await forecastSpec(folder, seasonalSeries(6, 96), { horizon: 12, seeds });
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  return { spec, task };
}

test("members are whole networks of their own, trained at once", async () => {
  const { spec, task } = await ensembleTask(3);
  const names = [...task.parameters.keys()];
  expect(names.filter((name) => name.endsWith("head/output/kernel"))).toEqual([
    "head/output/kernel",
    "member/1/head/output/kernel",
    "member/2/head/output/kernel",
  ]);
  const count = [...task.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  expect(count).toBe(countParameters({ ...spec, forecast: task.forecast, vocabularySize: null }));
  const losses = trainTask(task, 30, 0.3);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const kernels = names.filter((name) => name.endsWith("recurrent/0/kernel"));
  const first = kernels.map((name) => task.parameters.get(name)!.dataSync()[0]);
  expect(new Set(first).size).toBe(3);
  task.dispose();
});

test("the forecast is the mean of what the members would say alone, level by level", async () => {
  const { spec, task } = await ensembleTask(2);
  trainTask(task, 20, 0.3);
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  const description = task.describe() as unknown as ForecastDescription;
  const forecast = { ...task.forecast!, transform: "none" as const };
  task.dispose();
  const trained = { architecture: spec.architecture, description };
  const inputs = [{ target: seasonalSeries(1, 72, 4)[0]!.target }];
  const of = (seeds: number, tensorsOf: typeof tensors) => {
    const forecaster = createForecaster({ ...trained, forecast: { ...forecast, seeds }, tensors: tensorsOf });
    const [output] = forecaster.forecast(inputs, null, [0.1, 0.5, 0.9]);
    forecaster.dispose();
    return output!;
  };
  const both = of(2, tensors);
  const first = of(1, tensors);
  const renamed = [...tensors].filter(([name]) => name.startsWith("member/1/"));
  const second = of(1, new Map(renamed.map(([name, tensor]) => [name.slice("member/1/".length), tensor])));
  for (const level of ["0.1", "0.5", "0.9"]) {
    for (const [step, value] of both.quantiles[level]!.entries()) {
      expect(value).toBeCloseTo((first.quantiles[level]![step]! + second.quantiles[level]![step]!) / 2, 4);
    }
  }
});

test("each member's levels are put in order before the mean", () => {
  const settings = { horizon: 1, context_length: 2, block_length: 1, lags: [], season_length: 1 };
  const rest = { baseline: "none", transform: "none", head_units: 1, quantiles: [0.1, 0.9], seeds: 2 } as const;
  const geometry = forecastGeometry({ ...plainForecast, ...settings, ...rest, quantiles: [0.1, 0.9] }, 1);
  const batch = new ForecastBatch(geometry, 1);
  batch.scales[0] = 1;
  // Members say (4, 2) and (1, 9).
  const paths = sortedPaths({ answer: Float32Array.of(4, 2, 1, 9), batch, row: 0 }, geometry);
  expect(paths.map(([value]) => value)).toEqual([1.5, 6.5]);
});
