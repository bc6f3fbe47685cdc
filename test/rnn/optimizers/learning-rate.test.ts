import { expect, test } from "vitest";
import { learningRateOf } from "../../../src/rnn/optimizers/learning-rate.ts";
import type { Schedule } from "../../../src/schemas/schedule.ts";

const rates = (schedule: Schedule, steps = 6) =>
  Array.from({ length: steps }, (_, index) => learningRateOf({ learning_rate: 0.8, schedule }, index + 1, steps));
const close = (numbers: number[]) => numbers.map((number) => expect.closeTo(number, 10));

test("constant, after a linear warm-up from 0", () => {
  expect(rates({ type: "constant", warmup_steps: 0 })).toEqual(close([0.8, 0.8, 0.8, 0.8, 0.8, 0.8]));
  expect(rates({ type: "constant", warmup_steps: 4 })).toEqual(close([0.2, 0.4, 0.6, 0.8, 0.8, 0.8]));
});

test("cosine falls from the full rate towards 0 over the steps after the warm-up", () => {
  expect(rates({ type: "cosine", warmup_steps: 2 })).toEqual(
    close([0.4, 0.8, 0.8, 0.682842712474619, 0.4, 0.117157287525381]), // 0.4 (1 + cos(k pi / 4))
  );
});

test("exponential decays smoothly, step at once", () => {
  const decay = { decay_rate: 0.25, decay_steps: 2, warmup_steps: 0 };
  expect(rates({ type: "exponential", ...decay })).toEqual(close([0.8, 0.4, 0.2, 0.1, 0.05, 0.025]));
  expect(rates({ type: "step", ...decay })).toEqual(close([0.8, 0.8, 0.2, 0.2, 0.05, 0.05]));
});

test("a decay without its numbers is refused", () => {
  expect(() => rates({ type: "step", warmup_steps: 0 })).toThrow("needs decay_rate and decay_steps");
});
