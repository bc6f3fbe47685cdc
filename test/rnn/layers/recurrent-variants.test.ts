import { describe, expect, test } from "vitest";
import { backend, type Tensor, type Tensor2D, type Tensor3D, tf, type Variable } from "../../../src/rnn/backend.ts";
import { chooseRecurrentLayer } from "../../../src/rnn/layers/choose-recurrent-layer.ts";
import type { RecurrentInput, RecurrentLayer } from "../../../src/rnn/layers/recurrent-layer.ts";
import { referenceRecurrentLayer } from "../../../src/rnn/layers/reference-recurrent-layer.ts";
import { runWithLengths } from "../../../src/rnn/layers/run-with-lengths.ts";
import type { Activation, Cell } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Variant {
  cell: Cell;
  reset_after: boolean;
  activation: Activation;
  lengths: number[] | null;
  recurrent_mask: FixtureTensor | null;
  inputs: FixtureTensor;
  initial_state: FixtureTensor[];
  weights: Record<string, FixtureTensor>;
  output_weight: FixtureTensor;
  state_weights: FixtureTensor[];
  outputs: FixtureTensor;
  final_state: FixtureTensor[];
  loss: number;
  gradients: { inputs: FixtureTensor; initial_state: FixtureTensor[]; weights: Record<string, FixtureTensor> };
}

const variants = readFixture<Variant[]>("recurrent-variants.json");
const isNormed = ({ weights }: Variant) => "kernel_norm" in weights || "sum_norm" in weights;
const isMinimal = ({ cell }: Variant) => cell.startsWith("min");

function titleOf(variant: Variant): string {
  const { cell, reset_after: resetAfter, activation, lengths, recurrent_mask: mask } = variant;
  const marks = [isNormed(variant) && "layer norm", mask && "recurrent dropout", lengths && `lengths ${lengths}`];
  const name = cell === "gru" && !resetAfter ? "gru, reset before" : `${cell} ${activation}`;
  return [name, ...marks].filter(Boolean).join(", ");
}

function variablesOf({ inputs, initial_state: initialState, weights }: Variant) {
  const variable = (values: FixtureTensor) => tf.variable(fromFixture(values));
  return {
    inputs: variable(inputs),
    initialState: initialState.map(variable),
    weights: Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, variable(values)])),
  };
}

function inputOf(variant: Variant, { inputs, initialState, weights }: ReturnType<typeof variablesOf>): RecurrentInput {
  const [gain, bias] = [weights["cell_norm/gain"], weights["cell_norm/bias"]];
  const norms = {
    kernel: weights.kernel_norm ?? null,
    recurrent: weights.recurrent_norm ?? null,
    sum: weights.sum_norm ?? null,
    cell: gain && bias ? { gain, bias } : null,
  };
  return {
    cell: variant.cell,
    inputs: inputs as unknown as Tensor3D,
    initialState: initialState as unknown as Tensor2D[],
    weights: {
      kernel: weights.kernel as unknown as Tensor2D,
      recurrentKernel: (weights.recurrent_kernel ?? null) as unknown as Tensor2D,
      bias: weights.bias as Tensor,
      norms: isNormed(variant) ? norms : null,
    },
    resetAfter: variant.reset_after,
    activation: variant.activation,
    recurrentMask: variant.recurrent_mask && fromFixture<Tensor2D>(variant.recurrent_mask),
    lengths: variant.lengths,
  };
}

function expectVariant(layer: RecurrentLayer, variant: Variant): void {
  const variables = variablesOf(variant);
  const { outputs, finalState } = layer(inputOf(variant, variables));
  expectClose(outputs, variant.outputs);
  for (const [index, state] of finalState.entries()) expectClose(state, variant.final_state[index]!);

  const { value, grads } = tf.variableGrads(() => {
    const { outputs, finalState } = layer(inputOf(variant, variables));
    const terms = finalState.map((state, index) => tf.sum(tf.mul(state, fromFixture(variant.state_weights[index]!))));
    return tf.addN([tf.sum(tf.mul(outputs, fromFixture(variant.output_weight))), ...terms]).asScalar();
  });
  const gradient = ({ name }: Variable): Tensor | undefined => grads[name];
  expect(value.dataSync()[0]).toBeCloseTo(variant.loss, 5);
  expectClose(gradient(variables.inputs), variant.gradients.inputs);
  for (const [index, state] of variables.initialState.entries()) {
    expectClose(gradient(state), variant.gradients.initial_state[index]!);
  }
  for (const [name, weights] of Object.entries(variables.weights)) {
    expectClose(gradient(weights), variant.gradients.weights[name]!);
  }
}

describe("outputs, final state and every gradient are PyTorch's and Keras'", () => {
  test.each(variants.map((variant) => [titleOf(variant), variant] as const))("%s", (_title, variant) => {
    const { cell, activation } = variant;
    expectVariant(chooseRecurrentLayer(architectureOf({ cell, activation, layer_norm: isNormed(variant) })), variant);
  });

  const plain = variants.filter((variant) => !isNormed(variant) && !isMinimal(variant));
  test.skipIf(backend.level !== "fused").each(plain.map((variant) => [titleOf(variant), variant] as const))(
    "%s, in the reference layer",
    (_title, variant) => expectVariant(runWithLengths(referenceRecurrentLayer), variant),
  );
});

describe("rows of different lengths", () => {
  const whole = variants.filter(({ lengths }) => lengths === null);
  test.each(whole.map((variant) => [titleOf(variant), variant] as const))(
    "%s: each row as it is alone, zero past its end",
    (_title, variant) => {
      const { cell, activation } = variant;
      const layer = chooseRecurrentLayer(architectureOf({ cell, activation, layer_norm: isNormed(variant) }));
      const input = inputOf(variant, variablesOf(variant));
      const lengths = [2, 5, 0];
      const together = layer({ ...input, lengths });
      for (const [row, length] of lengths.entries()) {
        const rowOf = <T extends Tensor>(values: T): T => tf.slice(values, [row], [1]);
        const shown = rowOf(together.outputs).dataSync();
        expect(shown.slice(length * 3).every((value) => value === 0)).toBe(true);
        const state = together.finalState.map((part) => [...rowOf(part).dataSync()]);
        if (length === 0) {
          expect(state).toEqual(input.initialState.map((part) => [...rowOf(part).dataSync()]));
          continue;
        }
        const alone = layer({
          ...input,
          inputs: tf.slice(rowOf(input.inputs as Tensor3D), [0, 0, 0], [-1, length, -1]),
          initialState: input.initialState.map(rowOf),
          recurrentMask: input.recurrentMask ? rowOf(input.recurrentMask) : null,
          lengths: null,
        });
        const expected = [...alone.outputs.dataSync()];
        for (const [index, value] of expected.entries()) expect(shown[index]).toBeCloseTo(value, 5);
        for (const [part, values] of alone.finalState.entries()) {
          for (const [index, value] of [...values.dataSync()].entries()) {
            expect(state[part]![index]).toBeCloseTo(value, 5);
          }
        }
      }
    },
  );
});
