import { describe, expect, test } from "vitest";
import { type Tensor2D, type Tensor3D, tf, type Variable } from "../../../src/rnn/backend.ts";
import { linearScan } from "../../../src/rnn/cells/linear-scan.ts";
import { scanRecurrentLayer } from "../../../src/rnn/layers/scan-recurrent-layer.ts";
import { expectGradients } from "../expect-gradients.ts";

const cells = [
  ["min_gru", 2],
  ["min_lstm", 3],
] as const;

/** Deterministic values in [-1, 1]. */
const values = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);

function layerOf(cell: "min_gru" | "min_lstm", gates: number) {
  const kernel = tf.variable(values([3, gates * 4], 1));
  const bias = tf.variable(values([gates * 4], 2));
  const initial = tf.variable(values([2, 4], 3));
  const run = (inputs: Tensor3D, state: Tensor2D = initial as unknown as Tensor2D) =>
    scanRecurrentLayer({
      cell,
      inputs,
      initialState: [state],
      weights: { kernel: kernel as unknown as Tensor2D, recurrentKernel: null, bias },
      resetAfter: true,
    });
  return { run, variables: [kernel, bias, initial] as Variable[] };
}

describe.each(cells)("%s", (cell, gates) => {
  test("one step by hand", () => {
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const sums = { min_gru: [0.4, -0.3], min_lstm: [0.4, -1.1, -0.3] }[cell];
    const { outputs } = scanRecurrentLayer({
      cell,
      inputs: tf.tensor3d([1], [1, 1, 1]),
      initialState: [tf.tensor2d([0.5], [1, 1])],
      weights: { kernel: tf.tensor2d(sums, [1, gates]), recurrentKernel: null, bias: tf.zeros([gates]) },
      resetAfter: true,
    });
    const byHand =
      cell === "min_gru"
        ? (1 - sigmoid(0.4)) * 0.5 + sigmoid(0.4) * -0.3
        : (sigmoid(0.4) * 0.5 + sigmoid(-1.1) * -0.3) / (sigmoid(0.4) + sigmoid(-1.1));
    expect(outputs.dataSync()[0]).toBeCloseTo(byHand, 6);
  });

  test.each([1, 2, 3, 8, 37])("the parallel scan of %i steps gives what step by step gives", (time) => {
    const { run } = layerOf(cell, gates);
    const inputs = values([2, time, 3], 4) as Tensor3D;
    const whole = run(inputs);
    let state: Tensor2D | undefined;
    for (let step = 0; step < time; step++) {
      const next = run(tf.slice(inputs, [0, step, 0], [-1, 1, -1]), state);
      const same = tf.slice(whole.outputs, [0, step, 0], [-1, 1, -1]);
      expect(tf.max(tf.abs(tf.sub(next.outputs, same))).dataSync()[0]).toBeLessThan(1e-6);
      state = next.finalState[0]!;
    }
    expect([...whole.finalState[0]!.dataSync()].length).toBe(8);
  });

  test("gates that are almost closed, both of them, leave finite numbers", () => {
    const { run } = layerOf(cell, gates);
    const outputs = run(tf.fill([2, 3, 3], -400) as Tensor3D).outputs.dataSync();
    expect(outputs.every(Number.isFinite)).toBe(true);
  });

  test("gradients, by differences", () => {
    const { run, variables } = layerOf(cell, gates);
    const inputs = tf.variable(values([2, 6, 3], 5));
    const weights = values([2, 6, 4], 6);
    expectGradients(
      () => tf.sum(tf.mul(run(inputs as unknown as Tensor3D).outputs, weights)).asScalar(),
      [...variables, inputs],
    );
  });
});

test("the scan's gradients, by differences: of decay, input and initial state", () => {
  const keep = tf.variable(tf.randomUniform([2, 7, 3], 0, 1, "float32", 1));
  const add = tf.variable(values([2, 7, 3], 2));
  const initial = tf.variable(values([2, 3], 3));
  const weights = values([2, 7, 3], 4);
  const hidden = () => linearScan(...([keep, add, initial] as unknown as [Tensor3D, Tensor3D, Tensor2D]));
  expectGradients(() => tf.sum(tf.mul(hidden(), weights)).asScalar(), [keep, add, initial]);
});
