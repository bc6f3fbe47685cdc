import { describe, expect, it } from "vitest";
import { backend, type Tensor, type Tensor2D, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import { fusedRecurrentLayer } from "../../../src/rnn/layers/fused-recurrent-layer.ts";
import { gateCount } from "../../../src/rnn/layers/gate-count.ts";
import type { RecurrentLayer } from "../../../src/rnn/layers/recurrent-layer.ts";
import { referenceRecurrentLayer } from "../../../src/rnn/layers/reference-recurrent-layer.ts";
import { runNativeOperation } from "../../../src/rnn/native-operation.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { Cell } from "../../../src/schemas/models.ts";

interface Shape {
  cell: Cell;
  resetAfter: boolean;
  batch: number;
  time: number;
  input: number;
  units: number;
  tokens: boolean;
}

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

/** Deterministic values in [-scale, scale]. */
function values(shape: number[], seed: number, scale: number): Tensor {
  return tf.randomUniform(shape, -scale, scale, "float32", seed);
}

function operandsOf({ cell, resetAfter, batch, time, input, units, tokens }: Shape) {
  const columns = gateCount[cell] * units;
  const ids = tf.tensor2d(
    Array.from({ length: batch * time }, (_, index) => (index * 7919) % input),
    [batch, time],
    "int32",
  );
  return {
    inputs: tokens ? ids : (values([batch, time, input], 1, 1) as Tensor3D),
    kernel: values([input, columns], 2, tokens ? 1 : 1 / Math.sqrt(input)) as Tensor2D,
    recurrentKernel: values([units, columns], 3, 1 / Math.sqrt(units)) as Tensor2D,
    bias: values(cell === "gru" && resetAfter ? [2, columns] : [columns], 4, 1),
    initialState: Array.from({ length: cell === "lstm" ? 2 : 1 }, (_, index) =>
      values([batch, units], 5 + index, 1),
    ) as Tensor2D[],
    // The loss weighs every output and the final state differently.
    outputWeights: values([batch, time, units], 7, 1),
    stateWeights: [values([batch, units], 8, 1), values([batch, units], 9, 1)],
  };
}

/** Outputs, final state and the gradients of a weighted sum of them, by name. */
function run(layer: RecurrentLayer, shape: Shape): Map<string, Tensor> {
  const { inputs, kernel, recurrentKernel, bias, initialState, outputWeights, stateWeights } = operandsOf(shape);
  const call = (operands: Tensor[]) => {
    const [kernel, recurrentKernel, bias, ...rest] = operands as [Tensor2D, Tensor2D, Tensor, ...Tensor[]];
    const states = rest.slice(0, initialState.length) as Tensor2D[];
    const dense = (rest[initialState.length] ?? inputs) as Tensor3D;
    const weights = { kernel, recurrentKernel, bias };
    return layer({ cell: shape.cell, inputs: dense, initialState: states, weights, resetAfter: shape.resetAfter });
  };
  const operands = [kernel, recurrentKernel, bias, ...initialState, ...(shape.tokens ? [] : [inputs])];
  const gradients = tf.grads((...all: Tensor[]) => {
    const { outputs, finalState } = call(all);
    const states = finalState.map((state, index) => tf.sum(tf.mul(state, stateWeights[index]!)));
    return tf.addN([tf.sum(tf.mul(outputs, outputWeights)), ...states]);
  })(operands);
  const { outputs, finalState } = call(operands);
  const names = [
    "kernel",
    "recurrentKernel",
    "bias",
    "initialHidden",
    ...(shape.cell === "lstm" ? ["initialCell"] : []),
  ];
  return new Map<string, Tensor>([
    ["outputs", outputs],
    ...finalState.map((state, index) => [`finalState ${index}`, state] as const),
    ...gradients.map((gradient, index) => [`gradient of ${names[index] ?? "inputs"}`, gradient] as const),
  ]);
}

/** The largest difference, relative to the largest value where that is above 1. */
function expectSame(shape: Shape): void {
  tf.tidy(() => {
    const expected = run(referenceRecurrentLayer, shape);
    for (const [name, found] of run(fusedRecurrentLayer, shape)) {
      const numbers = expected.get(name)!;
      expect(found.shape, name).toEqual(numbers.shape);
      const scale = Math.max(1, tf.max(tf.abs(numbers)).dataSync()[0]!);
      const difference = tf.max(tf.abs(tf.sub(found, numbers))).dataSync()[0]! / scale;
      expect(difference, `${name} of ${JSON.stringify(shape)}`).toBeLessThan(1e-5);
    }
  });
}

/** Work that the reference does in a moment: large layers come with few rows or steps. */
function randomShape(random: Random): Omit<Shape, "cell" | "resetAfter"> {
  for (;;) {
    const [batch, time, input, units] = [67, 100, 130, 515].map((most) => 1 + random.integer(most));
    const shape = { batch: batch!, time: time!, input: input!, units: units!, tokens: random.integer(2) === 0 };
    if (shape.batch * shape.time * shape.units * (shape.units + shape.input) < 2e7) return shape;
  }
}

const cells: [Cell, boolean][] = [
  ["simple_rnn", false],
  ["lstm", false],
  ["gru", true],
  ["gru", false],
];

describe.skipIf(missing)(`fused recurrent layer${missing}`, () => {
  describe.each(cells)("%s, reset_after %s: the same numbers and gradients as the reference", (cell, resetAfter) => {
    it.each([
      { batch: 1, time: 1, input: 1, units: 1, tokens: false },
      { batch: 2, time: 3, input: 4, units: 5, tokens: false },
      { batch: 3, time: 50, input: 7, units: 16, tokens: true },
      { batch: 67, time: 4, input: 33, units: 17, tokens: false },
      { batch: 8, time: 12, input: 65, units: 64, tokens: true },
      { batch: 50, time: 10, input: 96, units: 100, tokens: false },
      { batch: 5, time: 5, input: 128, units: 129, tokens: false },
      { batch: 16, time: 6, input: 30, units: 300, tokens: true },
    ])("batch $batch, time $time, input $input, units $units, tokens $tokens", (shape) => {
      expectSame({ cell, resetAfter, ...shape });
    });

    it("ten random shapes, units up to 515", () => {
      const random = new Random(17 + cells.findIndex(([name, after]) => name === cell && after === resetAfter));
      for (let round = 0; round < 10; round++) expectSame({ cell, resetAfter, ...randomShape(random) });
    });
  });

  it("makes one gradient of a call, and refuses a second", () => {
    const weights = { kernel: tf.ones([2, 3]), recurrentKernel: tf.ones([3, 3]), bias: tf.ones([3]) };
    const [inputs, state] = [tf.ones([1, 4, 2]), tf.ones([1, 3])];
    const operands = [inputs, weights.kernel, weights.recurrentKernel, weights.bias, state];
    const [outputs, reserve, finalState] = runNativeOperation("UnrollSimpleRnn", operands, 3);
    const gradient = () =>
      runNativeOperation("UnrollSimpleRnnGradient", [...operands, reserve!, outputs!, finalState!], 5);
    expect(gradient()).toHaveLength(5);
    expect(gradient).toThrow("expected a reserve that no gradient has used up");
  });

  it("gives the same bits every time", () => {
    const shape: Shape = { cell: "lstm", resetAfter: false, batch: 50, time: 30, input: 65, units: 96, tokens: true };
    const bits = () =>
      tf.tidy(() =>
        [...run(fusedRecurrentLayer, shape).values()]
          .map((value) => Buffer.from(value.dataSync().buffer).toString("base64"))
          .join(),
      );
    const first = bits();
    for (let round = 0; round < 3; round++) expect(bits() === first).toBe(true);
  });

  it("leaves no tensor behind", () => {
    const shape: Shape = { cell: "lstm", resetAfter: false, batch: 2, time: 3, input: 4, units: 5, tokens: true };
    const before = tf.memory().numTensors;
    tf.tidy(() => void run(fusedRecurrentLayer, shape));
    expect(tf.memory().numTensors).toBe(before);
  });
});
