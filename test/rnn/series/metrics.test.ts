import { expect, test } from "vitest";
import { seasonalNaive } from "../../../src/rnn/series/baselines/seasonal-naive.ts";
import { HoldoutScore } from "../../../src/rnn/series/holdout-score.ts";
import { coverage } from "../../../src/rnn/series/metrics/coverage.ts";
import { meanAbsoluteScaledError } from "../../../src/rnn/series/metrics/mean-absolute-scaled-error.ts";
import { quantileLoss } from "../../../src/rnn/series/metrics/quantile-loss.ts";
import { seasonalError } from "../../../src/rnn/series/metrics/seasonal-error.ts";
import { symmetricMeanAbsolutePercentageError } from "../../../src/rnn/series/metrics/symmetric-mean-absolute-percentage-error.ts";

const of = (...values: number[]) => Float64Array.from(values);

test("seasonal error: mean change over a season, over the step where there are not two", () => {
  expect(seasonalError(of(1, 2, 3, 5, 7, 9), 3)).toBeCloseTo((4 + 5 + 6) / 3, 12);
  expect(seasonalError(of(1, 2, 4), 12)).toBe(1.5);
  expect(seasonalError(of(1, Number.NaN, 4, 5, 6, 9), 2)).toBe((3 + 2 + 4) / 3);
  expect(seasonalError(of(5), 12)).toBeNull();
});

test("MASE", () => {
  expect(meanAbsoluteScaledError(of(10, 12), of(11, 10), 2)).toBe(0.75);
  expect(meanAbsoluteScaledError(of(10, Number.NaN), of(11, 10), 2)).toBe(0.5);
  expect(meanAbsoluteScaledError(of(Number.NaN), of(11), 2)).toBeNull();
});

test("sMAPE in percent: 200 |y - f| / (|y| + |f|)", () => {
  expect(symmetricMeanAbsolutePercentageError(of(100, 200), of(110, 180))).toBeCloseTo(
    (2000 / 210 + 4000 / 380) / 2,
    10,
  );
  expect(symmetricMeanAbsolutePercentageError(of(0, 1), of(0, -1))).toBe(100);
  expect(symmetricMeanAbsolutePercentageError(of(1.7e308), of(-1.7e308))).toBe(200);
});

test("quantile loss", () => {
  // Level 0.9: y 10, forecast 8, error 2: 2 * 0.9 * 2 = 3.6. Level 0.1: y 10, forecast 12: 2 * 0.9 * 2 = 3.6.
  const paths = [of(12, 1), of(8, 1)];
  const { loss, size } = quantileLoss({ actual: of(10, Number.NaN), paths, levels: [0.1, 0.9] });
  expect([loss, size]).toEqual([expect.closeTo(3.6, 12), 10]);
});

test("coverage", () => {
  const interval = { actual: of(1, 2, 3, Number.NaN), lower: of(1, 3, 0, 0), upper: of(2, 4, 9, 9) };
  expect(coverage(interval)).toEqual({ inside: 2, count: 3 });
});

test("seasonal naive: the last season again, the last value where there is none, never what comes later", () => {
  const filled = { values: of(1, 2, 3, 4, 99), latestKnown: null };
  expect([...seasonalNaive(filled, 4, { season: 3, horizon: 5 })]).toEqual([2, 3, 4, 2, 3]);
  expect([...seasonalNaive(filled, 4, { season: 12, horizon: 2 })]).toEqual([4, 4]);
  const gap = { values: of(1, 2, 50, 99), latestKnown: Int32Array.of(0, 1, 1, 3) };
  expect([...seasonalNaive(gap, 3, { season: 2, horizon: 3 })]).toEqual([2, 2, 2]);
});

const noBaseline = { mase: null, smape: null, rmsse: null, weighted_quantile_loss: null };
const baselines = {
  naive: noBaseline,
  seasonal_naive: { ...noBaseline, mase: 1.5 },
  drift: noBaseline,
  naive2: { ...noBaseline, mase: 0.5, smape: 10 },
};

test("the figures of a hold-out, the seasonal naive forecast's beside them", () => {
  const one = {
    actual: of(10, 20),
    point: of(11, 20),
    paths: [of(9, 21), of(12, 22)],
    history: of(1, 3, 1),
    seasonalError: 2,
  };
  const constant = {
    actual: of(5, 5),
    point: of(5, 5),
    paths: [of(5, 5), of(5, 5)],
    history: of(5, 5),
    seasonalError: 0,
  };
  const score = new HoldoutScore([0.1, 0.9]);
  score.add(one);
  score.add(constant);
  const smape = 200 / 21 / 4;
  expect(score.metrics(baselines, null)).toEqual({
    mase: 0.25,
    smape: expect.closeTo(smape, 10),
    rmsse: expect.closeTo(Math.sqrt(0.5) / 2, 10),
    weighted_quantile_loss: expect.closeTo((2 * (0.1 * 1 + 0.1 * 2) + 2 * (0.9 * 1 + 0.1 * 2)) / 2 / 40, 10),
    owa: expect.closeTo((smape / 10 + 0.25 / 0.5) / 2, 10),
    coverage_80: 0.75,
    coverage_80_uncalibrated: 0.75,
    seasonal_naive_mase: 1.5,
    naive2_mase: 0.5,
    naive2_smape: 10,
    mase_ratio: expect.closeTo(1 / 6, 10),
    skill: expect.closeTo(5 / 6, 10),
    holdout_series: 2,
  });
});

test("what is not defined is left out", () => {
  const score = new HoldoutScore([0.5]);
  score.add({ actual: of(0), point: of(1), paths: [of(1)], history: of(0), seasonalError: null });
  const none = { naive: noBaseline, seasonal_naive: noBaseline, drift: noBaseline, naive2: noBaseline };
  expect(score.metrics(none, null)).toEqual({ smape: 200, holdout_series: 1 });
});
