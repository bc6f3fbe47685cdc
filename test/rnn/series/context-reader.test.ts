import fc from "fast-check";
import { expect, test } from "vitest";
import { ContextReader } from "../../../src/rnn/series/context-reader.ts";
import { fillGaps } from "../../../src/rnn/series/fill-gaps.ts";
import { type ForecastGeometry, forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import type { ResolvedForecastSettings } from "../../../src/schemas/models.ts";
import { plainForecast } from "../../forecast-settings.ts";

const settings: ResolvedForecastSettings = {
  ...plainForecast,
  horizon: 4,
  context_length: 8,
  block_length: 2,
  lags: [2],
  season_length: 3,
  baseline: "seasonal",
  transform: "none",
  head_units: 4,
  quantiles: [0.5],
};
const geometryOf = (changes: Partial<ResolvedForecastSettings> = {}): ForecastGeometry =>
  forecastGeometry({ ...settings, ...changes }, 3);
const of = (...values: number[]) => Float64Array.from(values);
const read = (values: Float64Array, origin: number, geometry = geometryOf()) => {
  const reader = new ContextReader(geometry);
  const scale = reader.read(fillGaps(values), origin);
  return { context: [...reader.values], baseline: [...reader.baseline], scale };
};

test("a short context is padded with its own season, or its first value", () => {
  expect(read(of(1, 2, 3, 4, 5), 5).context).toEqual([1, 2, 3, 1, 2, 3, 4, 5]);
  expect(read(of(1, 2, 3, 4, 5), 5, geometryOf({ baseline: "last" })).context).toEqual([1, 1, 1, 1, 2, 3, 4, 5]);
  expect(read(of(7, 9), 2).context).toEqual([7, 9, 7, 7, 9, 7, 7, 9]);
});

test("baselines: the last season, the last value", () => {
  expect(read(of(1, 2, 3, 4, 5, 6, 7, 8), 8).baseline).toEqual([6, 7, 8, 6]);
  expect(read(of(1, 2, 3, 4, 5, 6, 7, 8), 8, geometryOf({ baseline: "last" })).baseline).toEqual([8, 8, 8, 8]);
});

test("scale is three times the mean change over the long season, a hundredth of the level at least", () => {
  expect(read(of(0, 0, 0, 0, 0, 1, 3, 6), 8).scale).toEqual({ centre: 6, scale: 6, level: expect.closeTo(10 / 3, 12) });
  expect(read(of(4, 4, 4, 4), 4).scale).toEqual({ centre: 4, scale: 0.04, level: 4 });
  expect(read(of(0, 0, 0), 3).scale.scale).toBe(1);
  const log = read(of(2, 2, 2, 2), 4, geometryOf({ transform: "log" })).scale;
  expect(log).toEqual({ centre: 2, scale: 0.01, level: Math.exp(2) });
});

test("gaps: a line between neighbours, and the last known value where the far side is still to come", () => {
  const values = of(1, 2, Number.NaN, Number.NaN, 8, 9, 9, 9);
  expect(read(values, 8).context).toEqual([1, 2, 4, 6, 8, 9, 9, 9]);
  expect(read(values, 4, geometryOf({ baseline: "last" })).context.slice(-4)).toEqual([1, 2, 2, 2]);
});

test("nothing at or after the origin has a part in a context", () => {
  const value = fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: Number.NaN });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 12, maxLength: 40 }),
      fc.nat(),
      fc.array(value, { minLength: 40, maxLength: 40 }),
      (values, pick, others) => {
        values[0] = 1;
        const origin = 1 + (pick % (values.length - 1));
        const changed = values.map((value, step) => (step < origin ? value : others[step]!));
        expect(read(Float64Array.from(changed), origin)).toEqual(read(Float64Array.from(values), origin));
      },
    ),
  );
});
