import { expect, test } from "vitest";
import { outsideScores } from "../../../../src/rnn/series/calibration/outside-scores.ts";

test("the k-th smallest of n scores, k = ceil((n + 1) level), and no level that n is too small for", () => {
  const scores = Array.from({ length: 60 }, (_, index) => 60 - index);
  // 61 x 0.5 = 30.5, 61 x 0.9 = 54.9, 61 x 0.95 = 57.95, 61 x 0.98 = 59.78; 61 x 0.99 = 60.39 is more than there are.
  const { levels, scores: at } = outsideScores([scores.slice(0, 20), scores.slice(20)], [0, 0]);
  expect(levels).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]);
  expect(at).toEqual([31, 37, 43, 49, 55, 58, 60]);
});

test("scores are told in widths of the interval that the calibration left", () => {
  // Half a width outside an interval that grows by a quarter to both sides: a quarter outside, of one and a half.
  const { scores } = outsideScores([[0.5, 0.5, 0.5]], [0.25]);
  expect(scores[0]).toBeCloseTo(0.25 / 1.5, 12);
});
