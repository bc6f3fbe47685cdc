import { expect, test } from "vitest";
import { ForecastBatch } from "../../../src/rnn/series/forecast-batch.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { plainForecast } from "../../forecast-settings.ts";

const geometry = forecastGeometry(
  {
    ...plainForecast,
    horizon: 3,
    context_length: 8,
    block_length: 2,
    lags: [2, 4],
    season_length: 2,
    baseline: "seasonal",
    transform: "none",
    head_units: 4,
    quantiles: [0.5],
  },
  2,
);
/** Changes by 1 a step, so the scale is 3; ends on 9, the centre. */
const values = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
const filled = { values, latestKnown: null };
const scaled = (...steps: number[]) => steps.map((value) => expect.closeTo((value - 9) / 3, 5));

test("a row: blocks of the context, then the newest block and those where the forecast's stood, so many blocks before", () => {
  const batch = new ForecastBatch(geometry, 2);
  batch.writeContext(1, filled, 10);
  expect([...batch.encoder.subarray(8)]).toEqual(scaled(2, 3, 4, 5, 6, 7, 8, 9));
  // The forecast's blocks are 10 11 and 12 (13): two blocks earlier stand 6 7 and 8 9, four blocks earlier 2 3 and 4 5.
  expect(geometry.headFeatures).toBe(10);
  expect([...batch.features.subarray(10)]).toEqual(scaled(8, 9, 6, 7, 8, 9, 2, 3, 4, 5));
  expect([...batch.baseline.subarray(3)]).toEqual([8, 9, 8]);
  expect([...batch.encoder.subarray(0, 8)]).toEqual(new Array(8).fill(0));
});

test("targets are corrections of the baseline in scales; missing ones and those past the end weigh nothing", () => {
  const batch = new ForecastBatch(geometry, 1);
  batch.writeContext(0, filled, 10);
  batch.writeTarget(0, values, 10, 2.5);
  expect([...batch.target]).toEqual([2, 2, 4].map((value) => expect.closeTo(value / 3, 5)));
  expect([...batch.weights]).toEqual([2.5, 2.5, 2.5]);
  batch.writeTarget(0, values.with(11, Number.NaN).subarray(0, 12), 10, 2.5);
  expect([...batch.weights]).toEqual([2.5, 0, 0]);
});
