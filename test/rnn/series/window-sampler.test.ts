import { expect, test } from "vitest";
import { Random } from "../../../src/rnn/random.ts";
import { ContextReader } from "../../../src/rnn/series/context-reader.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { prepareSeries } from "../../../src/rnn/series/prepare-series.ts";
import { valueTransforms } from "../../../src/rnn/series/value-transform.ts";
import { minimumContextOf, type TrainingSeries, WindowSampler } from "../../../src/rnn/series/window-sampler.ts";
import { WindowWeights } from "../../../src/rnn/series/window-weights.ts";
import { plainForecast } from "../../forecast-settings.ts";

const geometry = forecastGeometry(
  {
    ...plainForecast,
    horizon: 3,
    context_length: 12,
    block_length: 2,
    lags: [],
    season_length: 2,
    baseline: "seasonal",
    transform: "log",
    head_units: 4,
    quantiles: [0.5],
  },
  4,
);
const series = (id: string, values: number[]): TrainingSeries => ({
  series: prepareSeries({ id, values: Float64Array.from(values) }, valueTransforms.log)!,
  trainLength: values.length,
});
const ones = (length: number) => new Array<number>(length).fill(1);

test("contexts need a long season of values; a short series gets by on what two horizons leave, one horizon at least", () => {
  expect([100, 10, 9, 8, 6].map((length) => minimumContextOf(length, geometry))).toEqual([4, 4, 3, 3, 3]);
});

test("every window of every series is as likely as any other", () => {
  const sampler = new WindowSampler([series("a", ones(8)), series("b", ones(11))], geometry);
  expect(sampler.windows).toBe(3 + 5);
  const random = new Random(1);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 8000; draw++) {
    const { index, origin } = sampler.draw(random);
    counts.set(`${index} ${origin}`, (counts.get(`${index} ${origin}`) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["0 3", "0 4", "0 5", "1 4", "1 5", "1 6", "1 7", "1 8"]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test("a window weighs s (4 / sbar + 1 / rel), over the mean weight", () => {
  const calm = series("calm", [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
  const lively = series("lively", [1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3]);
  const list = [calm, lively];
  const weights = new WindowWeights(list, geometry, new WindowSampler(list, geometry));
  const reader = new ContextReader(geometry);
  const [calmScale, livelyScale] = list.map((one) => reader.read(one.series, 8)) as [never, never];
  // Calm: s and rel at their floors, 0.01 and 0.001. Lively: seasonal error 2, mean 2, level sqrt(3), every second step ln(3).
  const sbar = (0.001 + 1) / 2;
  const ratio = (1.5 * Math.log(3) * (4 / sbar + Math.sqrt(3) / 2)) / (0.01 * (4 / sbar + 1000));
  expect(weights.weight(1, livelyScale) / weights.weight(0, calmScale)).toBeCloseTo(ratio, 6);
});
