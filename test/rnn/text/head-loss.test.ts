import { describe, expect, it } from "vitest";
import { backend, type Tensor, type Tensor1D, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import { fusedHeadLoss, type HeadLoss, headLoss, referenceHeadLoss } from "../../../src/rnn/text/head-loss.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

describe("head loss", () => {
  it("is the mean of -log softmax at the label", () => {
    const hidden = tf.tensor3d([1, 0, 0, 1], [1, 2, 2]);
    const kernel = tf.tensor2d([1, 2, 3, 0, 0, -1000], [2, 3]);
    const labels = tf.tensor1d([2, 0], "int32");
    const value = headLoss({ hidden, kernel, bias: tf.zeros([3]), labels }).dataSync()[0];
    expect(value).toBeCloseTo((0.4076059644443803 + Math.LN2) / 2, 6);
  });
});

describe.skipIf(missing)(`fused head loss${missing}`, () => {
  it.each([
    [1, 1, 1, 2],
    [3, 5, 7, 17],
    [2, 130, 64, 65],
    [50, 7, 129, 33],
    [1, 700, 20, 260],
  ])("batch %i, time %i, units %i, classes %i: loss and gradients of the reference", (batch, time, units, classes) => {
    tf.tidy(() => {
      const operands = [
        tf.randomNormal([batch, time, units], 0, 1, "float32", 1),
        tf.randomNormal([units, classes], 0, 1, "float32", 2),
        tf.randomNormal([classes], 0, 1, "float32", 3),
      ];
      const labels = tf.randomUniform([batch * time], 0, classes, "int32", 4) as Tensor1D;
      const run = (loss: HeadLoss, factor: number) =>
        tf.valueAndGrads((hidden: Tensor, kernel: Tensor, bias: Tensor) =>
          tf.mul(loss({ hidden: hidden as Tensor3D, kernel, bias, labels }), factor),
        )(operands);
      for (const factor of [1, 3]) {
        const [found, expected] = [run(fusedHeadLoss, factor), run(referenceHeadLoss, factor)];
        expect(found.value.dataSync()[0]! / expected.value.dataSync()[0]!).toBeCloseTo(1, 5);
        for (const [index, gradient] of expected.grads.entries()) {
          expect(found.grads[index]!.shape).toEqual(gradient.shape);
          expect(tf.max(tf.abs(tf.sub(found.grads[index]!, gradient))).dataSync()[0]).toBeLessThan(1e-5);
        }
      }
    });
  });

  it("refuses labels that are not classes, and shapes that do not fit", () => {
    const [hidden, kernel, bias] = [tf.zeros([1, 1, 2]) as Tensor3D, tf.zeros([2, 3]), tf.zeros([3])];
    for (const label of [-1, 3]) {
      const call = () => fusedHeadLoss({ hidden, kernel, bias, labels: tf.tensor1d([label], "int32") });
      expect(call).toThrow(`expected labels from 0 to 2, got ${label}`);
    }
    const labels = tf.tensor1d([0], "int32");
    expect(() => fusedHeadLoss({ hidden, kernel: tf.zeros([3, 3]), bias, labels })).toThrow(
      "expected hidden [1, 1, 3]",
    );
  });
});
