import { expect, test } from "vitest";
import { Random } from "../../../src/rnn/random.ts";
import { drift } from "../../../src/rnn/series/baselines/drift.ts";
import { naive2 } from "../../../src/rnn/series/baselines/naive-2.ts";
import { fillGaps } from "../../../src/rnn/series/fill-gaps.ts";
import { rootMeanSquaredScaledError } from "../../../src/rnn/series/metrics/root-mean-squared-scaled-error.ts";

const of = (...values: number[]) => Float64Array.from(values);
const filled = (values: Float64Array) => fillGaps(values);

test("drift goes on along the line from the first to the last known value", () => {
  expect([...drift(filled(of(1, 9, 4, 7)), 4, 3)]).toEqual([9, 11, 13]);
  expect([...drift(filled(of(1, 9, 4, 7, Number.NaN, 100)), 5, 2)]).toEqual([11, 13]);
  expect([...drift(filled(of(5)), 1, 2)]).toEqual([5, 5]);
});

test("naive2 puts the season back on the last value without it", () => {
  // A line times a season of 1.2, 0.8, 1, 1: the ratios to the centred moving average give the season back.
  const season = [1.2, 0.8, 1, 1];
  const values = Float64Array.from({ length: 40 }, (_, step) => 100 * season[step % 4]!);
  const forecast = naive2(filled(values), 38, { season: 4, horizon: 4 });
  for (const [step, value] of forecast.entries()) expect(value).toBeCloseTo(100 * season[(38 + step) % 4]!, 6);
});

test("naive2 is the last value where no season shows, or less than three are there", () => {
  const random = new Random(5);
  const values = Float64Array.from({ length: 40 }, () => 10 + random.uniform());
  expect([...naive2(filled(values), 40, { season: 4, horizon: 2 })]).toEqual([values[39], values[39]]);
  expect([...naive2(filled(values), 11, { season: 4, horizon: 2 })]).toEqual([values[10], values[10]]);
});

test("RMSSE is relative to the one-step naive error before, and not defined for a constant", () => {
  const history = of(1, 3, 1, Number.NaN, 5);
  expect(rootMeanSquaredScaledError({ actual: of(10, 10), forecast: of(13, 9), history })).toBeCloseTo(
    Math.sqrt(5) / 2,
    12,
  );
  expect(rootMeanSquaredScaledError({ actual: of(1), forecast: of(2), history: of(4, 4) })).toBeNull();
  expect(rootMeanSquaredScaledError({ actual: of(Number.NaN), forecast: of(2), history: of(4, 5) })).toBeNull();
});
