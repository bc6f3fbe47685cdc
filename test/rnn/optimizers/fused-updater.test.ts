import { describe, expect, it } from "vitest";
import { backend, type Tensor, type Tensor1D, tf } from "../../../src/rnn/backend.ts";
import { updateRuleOf } from "../../../src/rnn/optimizers/choose-updater.ts";
import { fusedUpdater } from "../../../src/rnn/optimizers/fused-updater.ts";
import { optimizerSettings } from "../../../src/rnn/optimizers/optimizer-settings.ts";
import { referenceUpdater } from "../../../src/rnn/optimizers/reference-updater.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

/** More than one block of the kernels, and sizes that no vector divides. */
const shapes = [[1], [7, 33], [16385], [130, 260], [3]];
const size = shapes.reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);

describe.skipIf(missing)(`fused updater${missing}`, () => {
  it.each([
    ["sgd", null],
    ["rmsprop", 0.5],
    ["adam", 1000],
    ["adamw", 5],
  ] as const)("%s, clip_norm %s: the same weights, moments and norm as the reference", (optimizer, clipNorm) => {
    const settings = optimizerSettings({ optimizer, weight_decay: 0.05 });
    const rule = updateRuleOf(settings);
    tf.tidy(() => {
      const weights = shapes.map((shape, index) => tf.randomNormal(shape, 0, 1, "float32", index) as Tensor);
      const gradients = shapes.map((shape, index) => tf.randomNormal(shape, 0, 1, "float32", 10 + index) as Tensor);
      const moments = rule.moments.map((_, index) => tf.randomUniform([size], 0, 1, "float32", 20 + index) as Tensor1D);
      const update = { weights, gradients, moments, learningRate: 0.01, clipNorm, clipValue: null, step: 3 };
      const expected = referenceUpdater(rule).update(update);
      const found = fusedUpdater(settings, rule).update(update);
      expect(found.norm / expected.norm).toBeCloseTo(1, 6);
      for (const part of ["weights", "moments"] as const) {
        for (const [index, tensor] of expected[part].entries()) {
          expect(found[part][index]!.shape).toEqual(tensor.shape);
          expect(tf.max(tf.abs(tf.sub(found[part][index]!, tensor))).dataSync()[0]).toBeLessThan(2e-6);
        }
      }
    });
  });

  it("refuses gradients of other shapes than the weights", () => {
    const settings = optimizerSettings({ optimizer: "sgd", weight_decay: 0 });
    const update = { weights: [tf.zeros([2, 3])], gradients: [tf.zeros([3, 2])], moments: [] };
    const situation = { learningRate: 1, clipNorm: null, clipValue: null, step: 1 };
    expect(() => fusedUpdater(settings, updateRuleOf(settings)).update({ ...update, ...situation })).toThrow(
      "expected gradients [2, 3], got [3, 2]",
    );
  });
});
