import { expect, test } from "vitest";
import { GradientWatch } from "../../../src/rnn/callbacks/gradient-watch.ts";

/** Warnings by step, of norms that a function of the step gives. */
function watch(steps: number, layersAt: (step: number) => Record<string, number>) {
  const said: [number, string][] = [];
  let watcher = new GradientWatch();
  for (let step = 1; step <= steps; step++) {
    const layers = layersAt(step);
    const norm = Math.hypot(...Object.values(layers));
    for (const { code, message } of watcher.observe({ step, norm, layers })) {
      said.push([step, code]);
      expect(message).toMatch(/Try /);
    }
    const resumed = new GradientWatch();
    resumed.restore(JSON.parse(JSON.stringify(watcher.state())));
    watcher = resumed;
  }
  return said;
}

test("steady norms say nothing", () => {
  expect(watch(200, (step) => ({ "recurrent/0": 0.1 + 0.05 * Math.sin(step), head: 1 }))).toEqual([]);
});

test("a layer far below the others for 20 steps in a row is a vanishing gradient, told once", () => {
  expect(watch(100, () => ({ "recurrent/0": 1e-5, head: 1 }))).toEqual([[20, "gradient_vanishing"]]);
  expect(watch(100, (step) => ({ "recurrent/0": step % 19 === 0 ? 1 : 1e-5, head: 1 }))).toEqual([]);
  expect(watch(30, () => ({ "recurrent/0": 0, head: 0 }))).toEqual([[20, "gradient_vanishing"]]);
});

test("a norm a hundred times the mean is an exploding gradient, told once", () => {
  expect(watch(60, (step) => ({ head: step === 40 || step === 50 ? 150 : 1 }))).toEqual([[40, "gradient_exploding"]]);
  expect(watch(60, (step) => ({ head: step === 5 ? 150 : 1 }))).toEqual([]); // nobody knows yet what is usual
  expect(watch(60, (step) => ({ head: step % 10 === 0 ? 30 : 1 }))).toEqual([]);
});
