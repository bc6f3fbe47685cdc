import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import { seenInTraining } from "../../../src/rnn/series/backtest/seen-in-training.ts";
import { blendPaths } from "../../../src/rnn/series/blend-paths.ts";
import { blendWeight } from "../../../src/rnn/series/blend-weight.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster } from "../../../src/rnn/series/forecaster.ts";
import { heldBack, holdoutOrigins, mostHeldBack } from "../../../src/rnn/series/held-back.ts";
import { smoothedForecast } from "../../../src/rnn/series/smoothed-forecast.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";

const floats = (...values: number[]) => Float64Array.from(values);

describe("the smoothed forecast", () => {
  test("of a season weighs older ones less and lets the last distance die away", () => {
    const forecast = smoothedForecast(
      floats(1, 2, 3, 4, 5, 6),
      { forgetting: 0.5, damping: 0.5 },
      {
        season: 2,
        horizon: 3,
      },
    );
    // Weights 4, 2, 1 of 7: the season is 27/7, 34/7; of those before, 2/3 and 1/3, the last value lies 8/3 above its place.
    const expected = [27 / 7 + 4 / 3, 34 / 7 + 2 / 3, 27 / 7 + 1 / 3];
    for (const [step, value] of expected.entries()) expect(forecast[step]).toBeCloseTo(value, 12);
  });

  test("without a season is the smoothed level, of weights 1, 0.7 and 0.49 (pandas' ewm with alpha 0.3 has them too)", () => {
    const forecast = smoothedForecast(
      floats(1120, 1160, 963),
      { forgetting: 0.3, damping: 0 },
      {
        season: 1,
        horizon: 2,
      },
    );
    for (const value of forecast) expect(value).toBeCloseTo(1061.095890410959, 9);
  });

  test("is the seasonal naive forecast where nothing older counts, and finite for the largest values", () => {
    const season = { season: 2, horizon: 4 };
    expect([...smoothedForecast(floats(7, 1, 2, 3), { forgetting: 1, damping: 0 }, season)]).toEqual([2, 3, 2, 3]);
    const large = floats(-1.7e308, 1.7e308, 1.7e308, -1.7e308);
    for (const value of smoothedForecast(large, { forgetting: 0.1, damping: 1 }, season))
      expect(Number.isFinite(value)).toBe(true);
  });
});

describe("the blend", () => {
  test("moves all levels by the median's share of the way", () => {
    const blend = { paths: [floats(1, 2), floats(3, 2), floats(4, 5)], levels: [0.1, 0.5, 0.9] };
    expect(blendPaths({ ...blend, smoothed: floats(1, 6), weight: 0.25 }).map((path) => [...path])).toEqual([
      [0.5, 3],
      [2.5, 3],
      [3.5, 6],
    ]);
  });

  const window = (network: number, smoothed: number, actual = 0) => ({
    paths: [floats(network)],
    smoothed: floats(smoothed),
    actual: floats(actual),
    scale: 1,
  });
  const cases: [string, ReturnType<typeof window>[], number][] = [
    ["the smoothed forecast alone where it is right", [window(4, 0), window(3, 0)], 1],
    ["half of each where they lie on both sides", [window(2, -2), window(4, -4)], 0.5],
    ["the network where it is right", [window(0, 3), window(0, -2)], 0],
    // Gains of 2 and -1.5: 0.25 on average, with a standard error of 1.75.
    ["the network where the gain may be chance", [window(4, 0), window(0, 3)], 0],
    ["the network where a gain is below a hundredth", [window(1, 0.992), window(1, 0.992)], 0],
    ["the network where nothing is known", [window(1, 0, Number.NaN)], 0],
  ];
  test.each(cases)("takes %s", (_, windows, weight) => {
    expect(blendWeight(windows, [0.5])).toBe(weight);
  });
});

describe("what is held back", () => {
  test("is one horizon of many series, up to a fifth and four horizons of few", () => {
    const most = (series: number, values: number) => mostHeldBack({ series, values });
    expect([most(31, 1999), most(32, 1999), most(31, 2000)]).toEqual([4, 1, 1]);
    const held = [17, 18, 59, 60, 94, 130, 1000].map((length) => heldBack(length, 6, 4));
    expect(held).toEqual([0, 6, 6, 12, 18, 24, 24]);
    expect(heldBack(1000, 6, 1)).toBe(6);
  });

  test("is forecast from several points of few series, from one of many", () => {
    expect(holdoutOrigins(94, 18, { horizon: 6, series: 1 })).toEqual([
      76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88,
    ]);
    expect(holdoutOrigins(120, 24, { horizon: 12, series: 14 })).toEqual([96, 102, 108]);
    expect(holdoutOrigins(60, 12, { horizon: 12, series: 1 })).toEqual([48]);
    expect(holdoutOrigins(700, 48, { horizon: 48, series: 400 })).toEqual([652]);
  });

  test("is told from what training saw; models of older versions held one horizon back", () => {
    const target = new Float64Array(100).fill(1);
    const series = { id: null, skipped: 2, target, filled: { values: target, latestKnown: null }, timeline: null };
    const seen = (mostHeldBack: number) =>
      [77, 83, 84, 95, 96, 102].map((at) => seenInTraining(series, at, { horizon: 6, mostHeldBack }));
    expect(seen(4)).toEqual([true, true, false, false, false, false]);
    expect(seen(1)).toEqual([true, true, true, true, false, false]);
  });
});

/** Noise around a level: the last value says little, the mean nearly all. */
function noise(): TestSeries[] {
  const random = new Random(9);
  return [{ id: "noise", target: Array.from({ length: 90 }, () => 100 + 10 * random.normal()) }];
}

test("a network that learned nothing leaves noise to the smoothed forecast, also when it serves", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-small-"));
  const series = noise();
  const spec = await forecastSpec(folder, series, { horizon: 6, frequency: "y", transform: "none" });
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  const { metrics } = await task.evaluate(async () => undefined);
  expect(metrics).toMatchObject({ holdout_series: 1, holdout_windows: 13, blend_weight: 1 });
  expect(metrics.mase_ratio).toBeLessThan(0.9);
  const description = JSON.parse(JSON.stringify(task.describe())) as ForecastDescription;
  expect(description).toMatchObject({ held_back: 4, blend: { weight: 1 } });
  expect(description.blend!.damping).toBeLessThan(0.5);

  const sample = (await task.sample(0, async () => undefined)).forecast!;
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  task.dispose();
  // The sample came through TensorFlow; this comes through the native pass where there is one.
  const forecaster = createForecaster({
    architecture: spec.architecture,
    forecast: task.forecast!,
    description,
    tensors,
  });
  const [output] = forecaster.forecast([{ target: series[0]!.target.slice(0, 84) }], null, null);
  forecaster.dispose();
  for (const [step, value] of output!.median.entries()) {
    expect(value).toBeCloseTo(sample.median[step]!, 4);
    expect(output!.quantiles["0.9"]![step]).toBeCloseTo(sample.upper[step]!, 4);
  }
});
