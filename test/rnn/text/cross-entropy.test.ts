import { describe, expect, it } from "vitest";
import { backend, type Tensor, type Tensor1D, type Tensor2D, tf } from "../../../src/rnn/backend.ts";
import { type CrossEntropy, fusedCrossEntropy, referenceCrossEntropy } from "../../../src/rnn/text/cross-entropy.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

describe("reference cross-entropy", () => checkNumbers(referenceCrossEntropy));

describe.skipIf(missing)(`fused cross-entropy${missing}`, () => {
  checkNumbers(fusedCrossEntropy);

  it.each([
    [1, 2],
    [3, 17],
    [130, 65],
    [65, 1000],
  ])("%i rows of %i classes: the same loss and gradient as the reference", (rows, classes) => {
    tf.tidy(() => {
      const logits = tf.randomNormal([rows, classes], 0, 5, "float32", 1) as Tensor2D;
      const labels = tf.randomUniform([rows], 0, classes, "int32", 2) as Tensor1D;
      const run = (loss: CrossEntropy) =>
        tf.valueAndGrad((input: Tensor) => tf.mul(loss(input as Tensor2D, labels), 3))(logits);
      const [found, expected] = [run(fusedCrossEntropy), run(referenceCrossEntropy)];
      expect(found.value.dataSync()[0]! / 3).toBeCloseTo(expected.value.dataSync()[0]! / 3, 5);
      expect(tf.max(tf.abs(tf.sub(found.grad, expected.grad))).dataSync()[0]).toBeLessThan(1e-6);
    });
  });

  it("refuses labels that are not classes", () => {
    for (const label of [-1, 3]) {
      const call = () => fusedCrossEntropy(tf.zeros([1, 3]), tf.tensor1d([label], "int32"));
      expect(call).toThrow(`expected labels from 0 to 2, got ${label}`);
    }
  });
});

function checkNumbers(loss: CrossEntropy): void {
  it("is the mean of -log softmax at the label", () => {
    const logits = tf.tensor2d([1, 2, 3, 1000, 1000, -1000], [2, 3]);
    const value = loss(logits, tf.tensor1d([2, 0], "int32")).dataSync()[0];
    expect(value).toBeCloseTo((0.4076059644443803 + Math.LN2) / 2, 6);
  });

  it("is not a number where a logit is not", () => {
    expect(loss(tf.tensor2d([1, Number.NaN, 3], [1, 3]), tf.tensor1d([0], "int32")).dataSync()[0]).toBeNaN();
  });
}
