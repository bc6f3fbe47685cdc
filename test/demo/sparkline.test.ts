import { expect, test } from "vitest";
import { sparkline } from "../../src/demo/sparkline.ts";

test("draws the lowest value as the lowest bar and the highest as the highest", () => {
  expect(sparkline([4, 3, 2, 1], 10)).toBe("█▆▃▁");
});

test("takes means where there are more values than columns", () => {
  expect(sparkline([1, 1, 9, 9], 2)).toBe("▁█");
});

test("draws nothing for nothing, and a flat line for equal values", () => {
  expect(sparkline([], 10)).toBe("");
  expect(sparkline([2, 2, 2], 10)).toBe("▁▁▁");
});
