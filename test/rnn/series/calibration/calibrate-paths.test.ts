import { expect, test } from "vitest";
import { Random } from "../../../../src/rnn/random.ts";
import { calibratePaths } from "../../../../src/rnn/series/calibration/calibrate-paths.ts";
import { IntervalScores } from "../../../../src/rnn/series/calibration/interval-scores.ts";
import { levelPairs } from "../../../../src/rnn/series/calibration/level-pairs.ts";

const levels = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Of a standard normal, at the levels. */
const normal = [-1.2816, -0.5244, 0, 0.5244, 1.2816];
const horizon = 4;
const constant = (value: number, length = horizon) => new Float64Array(length).fill(value);
const pathsOf = (spread: number) => normal.map((value) => constant(value * spread));

function inside(paths: Float64Array[], actual: Float64Array, [lower, upper]: [number, number]): number {
  return actual.filter((value, step) => value >= paths[lower]![step]! && value <= paths[upper]![step]!).length;
}

/** Normal values of deviation 1 to 1.6 over the horizon. */
const draw = (random: Random) =>
  Float64Array.from({ length: horizon }, (_, step) => random.normal() * (1 + 0.2 * step));

test.each([0.3, 0.8, 3])("intervals %d times as wide as they should be come to hold what they promise", (spread) => {
  const random = new Random(7);
  const scores = new IntervalScores(levels, horizon);
  const paths = pathsOf(spread);
  for (let series = 0; series < 1000; series++) scores.add({ paths, actual: draw(random), scale: 1 });
  const calibration = scores.calibration()!;
  expect(calibration).toMatchObject({ target: 0.8, values: 4000 });
  expect(Math.abs(calibration.empirical - 0.8)).toBeLessThan(0.02);
  const calibrated = calibratePaths(paths, calibration, { levels, scale: 1 });
  let [outer, inner] = [0, 0];
  for (let series = 0; series < 1000; series++) {
    const actual = draw(random);
    outer += inside(calibrated, actual, [0, 4]);
    inner += inside(calibrated, actual, [1, 3]);
  }
  expect(Math.abs(outer / 4000 - 0.8)).toBeLessThan(0.02);
  expect(Math.abs(inner / 4000 - 0.4)).toBeLessThan(0.02);
  // Each step has its own correction.
  expect(calibrated[4]![3]! / calibrated[4]![0]!).toBeGreaterThan(1.4);
});

test("the correction is the score that the rule names, in widths", () => {
  const scores = new IntervalScores([0.1, 0.9], 1);
  // Outside by 0, 1, ... 8 widths of 2: the ceil(10 * 0.8) = 8th smallest of 9 is 7.
  for (let far = 0; far < 9; far++) {
    scores.add({ paths: [constant(-1, 1), constant(1, 1)], actual: constant(1 + 2 * far, 1), scale: 1 });
  }
  expect(scores.calibration()!.shifts).toEqual([[-7], [7]]);
});

test("values that are missing say nothing; without any there is no calibration", () => {
  const scores = new IntervalScores(levels, horizon);
  scores.add({ paths: pathsOf(1), actual: constant(Number.NaN), scale: 1 });
  expect(scores.calibration()).toBeNull();
  expect(new IntervalScores([0.5, 0.6], horizon).calibration()).toBeNull();
});

test("the median stays and paths never cross, whatever the corrections", () => {
  const shifts = [constant(5), constant(-2), constant(9), constant(2), constant(-5)].map((shift) => [...shift]);
  const moved = calibratePaths(pathsOf(1), { shifts, target: 0.8, empirical: 0.8, values: 1 }, { levels, scale: 1 });
  expect([...moved[2]!]).toEqual([0, 0, 0, 0]);
  for (let level = 1; level < levels.length; level++) {
    for (let step = 0; step < horizon; step++) {
      expect(moved[level]![step]).toBeGreaterThanOrEqual(moved[level - 1]![step]!);
    }
  }
});

test("an interval shrunk to nothing, and one as wide as numbers go, stay finite", () => {
  for (const [low, high] of [
    [1, 1],
    [-Number.MAX_VALUE, Number.MAX_VALUE],
  ] as const) {
    const scores = new IntervalScores([0.1, 0.9], 1);
    const paths = [constant(low, 1), constant(high, 1)];
    for (let series = 0; series < 10; series++) scores.add({ paths, actual: constant(series, 1), scale: 5e-324 });
    const calibration = scores.calibration()!;
    expect(calibration.shifts.flat().every(Number.isFinite)).toBe(true);
    const moved = calibratePaths(paths, calibration, { levels: [0.1, 0.9], scale: 5e-324 });
    expect(moved.flatMap((path) => [...path]).every(Number.isFinite)).toBe(true);
  }
});

test("pairs are opposite levels, the widest first", () => {
  expect(levelPairs([0.05, 0.1, 0.5, 0.9, 0.975])).toEqual([{ lower: 1, upper: 3, coverage: 0.8 }]);
  expect(levelPairs([0.1, 0.2, 0.8, 0.9]).map(({ coverage }) => coverage.toFixed(1))).toEqual(["0.8", "0.6"]);
});
