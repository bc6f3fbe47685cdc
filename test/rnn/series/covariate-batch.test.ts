import fc from "fast-check";
import { expect, test } from "vitest";
import type { CovariateDescription } from "../../../src/rnn/series/covariates/covariate-description.ts";
import { ForecastBatch } from "../../../src/rnn/series/forecast-batch.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { plainForecast } from "../../forecast-settings.ts";

const scale = (name: string) => ({ name, mean: 0, deviation: 1 });
const description: CovariateDescription = {
  past: [scale("p")],
  future: [scale("f")],
  static_numbers: [scale("n")],
  static_categories: [{ name: "c", values: ["a", "b"] }],
};
const geometry = forecastGeometry(
  {
    ...plainForecast,
    horizon: 3,
    context_length: 6,
    block_length: 2,
    lags: [2],
    season_length: 2,
    baseline: "seasonal",
    transform: "none",
    head_units: 4,
    quantiles: [0.5],
  },
  2,
  description,
);
const range = (from: number, length: number) => Float32Array.from({ length }, (_, step) => from + step);
/** Changes by 1 a step, so the scale is 3. */
const values = Float64Array.from(range(0, 13));
const statics = Float32Array.of(7, 0, 1);
const filled = (past = range(100, 13), future = range(200, 16), target = values) => ({
  values: target,
  latestKnown: null,
  covariates: { past: [past], future: [future], statics },
});
const scaled = (...steps: number[]) => steps.map((value) => expect.closeTo((value - 8) / 3, 5));

function row(series = filled(), origin = 9) {
  const batch = new ForecastBatch(geometry, 2);
  batch.writeContext(1, series, origin);
  return { encoder: [...batch.encoder.subarray(18)], features: [...batch.features.subarray(geometry.headFeatures)] };
}

test("a row: each block of the target with those of past and future covariates beside it", () => {
  expect(geometry.inputSize).toBe(6);
  expect(row().encoder).toEqual([
    ...[...scaled(3, 4), 103, 104, 203, 204],
    ...[...scaled(5, 6), 105, 106, 205, 206],
    ...[...scaled(7, 8), 107, 108, 207, 208],
  ]);
});

test("to the head: newest and lagged blocks, past's newest, future's horizon and what the baseline repeats, statics", () => {
  expect(geometry.headFeatures).toBe(16);
  expect(row().features).toEqual([
    ...scaled(7, 8),
    ...scaled(5, 6, 7, 8), // two blocks before 9 10 and 11 (12)
    ...[107, 108],
    ...[209, 210, 211],
    ...[207, 208],
    ...[7, 0, 1],
  ]);
});

test("before the series begins covariates are at their mean", () => {
  const { encoder, features } = row(filled(), 1);
  expect(encoder.filter((_, index) => index % 6 >= 2)).toEqual([...new Array(9).fill(0), 100, 0, 200]);
  expect(features.slice(-10)).toEqual([0, 100, 201, 202, 203, 0, 200, 7, 0, 1]);
});

test("no value that is not known yet has a part in a row", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.nat(15),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      (origin, step, value) => {
        const before = row(filled(), origin);
        if (step >= origin) {
          const past = range(100, 13);
          const target = values.slice();
          if (step < 13) past[step] = value;
          if (step < 13) target[step] = value;
          expect(row(filled(past, range(200, 16), target), origin)).toEqual(before);
        }
        if (step >= origin + 3) {
          const future = range(200, 16);
          future[step] = value;
          expect(row(filled(range(100, 13), future), origin)).toEqual(before);
        }
      },
    ),
  );
});
