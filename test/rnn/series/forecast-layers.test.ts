import { expect, test } from "vitest";
import { type Tensor2D, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import { gelu } from "../../../src/rnn/series/gelu.ts";
import { pinballLoss } from "../../../src/rnn/series/pinball-loss.ts";

const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(5)));

test("gelu and its gradient: values of PyTorch", () => {
  const points: Tensor2D = tf.tensor2d([[-3, -1, -0.5, 0, 0.5, 1, 3]]);
  expect(rounded(gelu(points).dataSync())).toEqual([-0.00405, -0.15866, -0.15427, 0, 0.34573, 0.84134, 2.99595]);
  const slope = tf.grad((values) => gelu(values as Tensor2D))(points);
  expect(rounded(slope.dataSync())).toEqual([-0.01195, -0.08332, 0.1325, 0.5, 0.8675, 1.08332, 1.01195]);
});

test("pinball loss and its gradient, weighted, with a missing target", () => {
  const quantiles = tf.tensor1d([0.1, 0.5, 0.9]);
  const target = tf.tensor3d([[[2], [0]]]);
  const weights = tf.tensor3d([[[3], [0]]]);
  const predicted = tf.tensor3d([
    [
      [1, 2.5, 4],
      [9, 9, 9],
    ],
  ]);
  const loss = (values: Tensor3D) => pinballLoss({ predicted: values, target, weights, quantiles, count: 1 });
  // errors 1, -0.5, -2: 0.1 * 1, 0.5 * 0.5, 0.1 * 2; times 2 * 3 / 3.
  expect(loss(predicted).dataSync()[0]).toBeCloseTo(1.1, 6);
  const slope = tf.grad((values) => loss(values as Tensor3D))(predicted);
  expect(rounded(slope.dataSync())).toEqual([-0.2, 1, 0.2, 0, 0, 0]);
});
