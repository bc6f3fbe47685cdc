import { describe, expect, test } from "vitest";
import { backend, type Tensor, type Tensor2D, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import { readCheckpoint, tensorGroup } from "../../../src/rnn/checkpoint.ts";
import { bf16RecurrentLayer, fusedRecurrentLayer } from "../../../src/rnn/layers/fused-recurrent-layer.ts";
import { gateCount } from "../../../src/rnn/layers/gate-count.ts";
import type { RecurrentLayer } from "../../../src/rnn/layers/recurrent-layer.ts";
import { createRecurrentStack } from "../../../src/rnn/layers/recurrent-stack.ts";
import { Parameters } from "../../../src/rnn/parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { Cell } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";
import { createWorkspace, rhyme, run as train } from "../training-fixture.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;
const cells: [Cell, boolean][] = [
  ["simple_rnn", false],
  ["lstm", false],
  ["gru", true],
  ["gru", false],
];

interface Case {
  cell: Cell;
  resetAfter: boolean;
  time: number;
  /** Multiples of it: 1/8 is exact in bf16, 1/4096 is not. */
  grain: number;
  tokens?: boolean;
}

const [batch, input, units] = [7, 9, 21];

function values(shape: number[], { seed, scale, grain }: { seed: number; scale: number; grain: number }): Tensor {
  return tf.mul(tf.round(tf.div(tf.randomUniform(shape, -scale, scale, "float32", seed), grain)), grain);
}

/** Outputs, and the gradients of their weighted sum. */
function run(layer: RecurrentLayer, { cell, resetAfter, time, grain, tokens = false }: Case): Tensor[] {
  const columns = gateCount[cell] * units;
  const draw = (shape: number[], seed: number, scale: number) => values(shape, { seed, scale, grain });
  const ids = tf.tensor2d(
    Array.from({ length: batch * time }, (_, index) => (index * 5) % input),
    [batch, time],
    "int32",
  );
  const operands = [
    draw([input, columns], 1, 0.5),
    draw([units, columns], 2, 0.5),
    draw(cell === "gru" && resetAfter ? [2, columns] : [columns], 3, 1),
    ...Array.from({ length: cell === "lstm" ? 2 : 1 }, (_, index) => draw([batch, units], 4 + index, 1)),
    ...(tokens ? [] : [draw([batch, time, input], 6, 1)]),
  ];
  const states = cell === "lstm" ? 2 : 1;
  const apply = ([kernel, recurrentKernel, bias, ...rest]: Tensor[]) => {
    const weights = { kernel: kernel as Tensor2D, recurrentKernel: recurrentKernel as Tensor2D, bias: bias! };
    const inputs = (rest[states] ?? ids) as Tensor3D;
    return layer({ cell, resetAfter, inputs, initialState: rest.slice(0, states) as Tensor2D[], weights }).outputs;
  };
  const weigh = draw([batch, time, units], 7, 1);
  const gradients = tf.grads((...all: Tensor[]) => tf.sum(tf.mul(apply(all), weigh)))(operands);
  return [apply(operands), ...gradients];
}

/** Largest differences, each relative to the largest value where that is above 1. */
function differences(shape: Case): number[] {
  return tf.tidy(() => {
    const exact = run(fusedRecurrentLayer, shape);
    return run(bf16RecurrentLayer, shape).map((found, index) => {
      const scale = Math.max(1, tf.max(tf.abs(exact[index]!)).dataSync()[0]!);
      return tf.max(tf.abs(tf.sub(found, exact[index]!))).dataSync()[0]! / scale;
    });
  }) as number[];
}

describe.skipIf(missing)(`recurrent layer in bf16${missing}`, () => {
  test.each([
    [1 + 2 ** -8, 0.7615941559557649], // half-way between 1 and 1 + 2^-7: to the even one, tanh(1)
    [1 + 3 * 2 ** -8, 0.7680785634920665], // to the even one above, tanh(1 + 2^-6)
    [1 + 2 ** -8 - 2 ** -20, 0.7615941559557649],
    [1e-30, 1e-30],
  ])("rounds an input of %d to the nearest number of 8 bits, ties to even", (number, expected) => {
    const [kernel, recurrentKernel, bias] = [tf.tensor2d([[1]]), tf.tensor2d([[0]]), tf.zeros([1])];
    const { outputs } = bf16RecurrentLayer({
      ...{ cell: "simple_rnn", resetAfter: false, weights: { kernel, recurrentKernel, bias } },
      ...{ inputs: tf.tensor3d([[[number]]]), initialState: [tf.zeros([1, 1])] },
    });
    expect(outputs.dataSync()[0]).toBeCloseTo(expected, 6);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d stays what it is: the run ends with a cause", (number) => {
    const [kernel, recurrentKernel, bias] = [tf.tensor2d([[0.5]]), tf.tensor2d([[0]]), tf.zeros([1])];
    const { outputs } = bf16RecurrentLayer({
      ...{ cell: "simple_rnn", resetAfter: false, weights: { kernel, recurrentKernel, bias } },
      ...{ inputs: tf.tensor3d([[[number]]]), initialState: [tf.zeros([1, 1])] },
    });
    expect(outputs.dataSync()[0]).toBe(Number.isNaN(number) ? Number.NaN : 1);
  });

  describe.each(cells)("%s, reset_after %s", (cell, resetAfter) => {
    test("numbers that are exact in bf16 come out as in fp32", () => {
      // Gradients round the gates' own, and gru with reset before the reset state.
      const [outputs] = differences({ cell, resetAfter, time: 1, grain: 1 / 8 });
      expect(outputs).toBeLessThan(cell === "gru" && !resetAfter ? 4e-3 : 1e-6);
    });

    test.each([false, true])("others, and all gradients, within rounding; tokens %s", (tokens) => {
      const found = differences({ cell, resetAfter, time: 12, grain: 1 / 4096, tokens });
      for (const difference of found) expect(difference).toBeLessThan(0.03);
      expect(Math.max(...found)).toBeGreaterThan(1e-5); // it is not fp32
    });
  });

  test.each(["lstm", "gru"] as const)(
    "a stack of %s, bidirectional, with rows of different lengths: near fp32, and zero past their ends",
    (cell) => {
      const outputsIn = (precision: "fp32" | "bf16") => {
        const architecture = { ...architectureOf({ cell, units: 20, layers: 2, bidirectional: true }), precision };
        const parameters = new Parameters(new Random(5));
        const stack = createRecurrentStack(architecture, { inputSize: 4, causal: false }, parameters);
        const inputs = values([3, 8, 4], { seed: 9, scale: 1, grain: 1 / 4096 }) as Tensor3D;
        return stack.eachStep({ inputs, states: stack.initialStates(3), lengths: [8, 5, 1], random: null }).outputs;
      };
      const [exact, rounded] = [outputsIn("fp32"), outputsIn("bf16")];
      const difference = tf.max(tf.abs(tf.sub(exact, rounded))).dataSync()[0]!;
      expect(difference).toBeGreaterThan(1e-6);
      expect(difference).toBeLessThan(0.01);
      expect(tf.max(tf.abs(tf.slice(rounded, [1, 5, 0], [1, 3, 40]))).dataSync()[0]).toBe(0);
    },
  );

  test("the same bits every time", () => {
    const shape: Case = { cell: "lstm", resetAfter: false, time: 12, grain: 1 / 4096 };
    const bits = () =>
      tf.tidy(() =>
        run(bf16RecurrentLayer, shape).map((value) => Buffer.from(value.dataSync().buffer).toString("hex")),
      );
    expect(bits()).toEqual(bits());
  });

  test.each(["lstm", "gru", "simple_rnn"] as const)(
    "a run of %s in bf16 learns nearly what one in fp32 does",
    async (cell) => {
      const workspace = await createWorkspace();
      const weightsAfter = async (precision: "fp32" | "bf16") => {
        const training = { steps: 40, checkpoint_every: 40, precision };
        const { of } = await train(await workspace.spec(rhyme, { architecture: { cell }, training }));
        const last = of("checkpoint").at(-1)!;
        const { tensors } = await readCheckpoint(last.file.path);
        return { loss: last.metrics.validation_loss!, weights: [...tensorGroup(tensors, "model")] };
      };
      const [exact, rounded] = [await weightsAfter("fp32"), await weightsAfter("bf16")];
      expect(rounded.weights).not.toEqual(exact.weights);
      expect(Math.abs(rounded.loss / exact.loss - 1)).toBeLessThan(0.02);
      await workspace.remove();
    },
  );
});
