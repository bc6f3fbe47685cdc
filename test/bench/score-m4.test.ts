import { expect, test } from "vitest";
import { scoreM4 } from "../../bench/forecast/score-m4.mjs";

test("an M4 forecast is scored as the competition does: sMAPE, MASE over the seasonal change, OWA over the published Naive2", () => {
  const history = Array.from({ length: 48 }, (_, hour) => hour); // changes by 24 from day to day
  const output = { median: [90, 100], quantiles: { "0.1": [80, 70], "0.9": [95, 120] } };
  const score = scoreM4([{ target: history }], [{ target: [100, 100] }], [output]);
  expect(score.smape).toBeCloseTo((200 * 10) / 190 / 2, 10);
  expect(score.mase).toBeCloseTo(5 / 24, 10);
  expect(score.owa).toBeCloseTo((score.smape / 18.383 + score.mase / 2.395) / 2, 10);
  expect(score.coverage).toBe(0.5);
});
