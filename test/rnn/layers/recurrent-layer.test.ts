import { describe, expect, test } from "vitest";
import { backend, type Tensor, type Tensor2D, type Tensor3D, tf, type Variable } from "../../../src/rnn/backend.ts";
import { fusedRecurrentLayer } from "../../../src/rnn/layers/fused-recurrent-layer.ts";
import type { RecurrentLayer, RecurrentWeights } from "../../../src/rnn/layers/recurrent-layer.ts";
import { referenceRecurrentLayer } from "../../../src/rnn/layers/reference-recurrent-layer.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Fixture {
  cell: "simple_rnn" | "lstm" | "gru";
  reset_after: boolean;
  inputs: FixtureTensor;
  initial_state: FixtureTensor[];
  weights: Record<"kernel" | "recurrent_kernel" | "bias", FixtureTensor>;
  output_weight: FixtureTensor;
  state_weights: FixtureTensor[];
  outputs: FixtureTensor;
  final_state: FixtureTensor[];
  loss: number;
  gradients: Record<"inputs" | "kernel" | "recurrent_kernel" | "bias", FixtureTensor> & {
    initial_state: FixtureTensor[];
  };
}

const fixtures = readFixture<Fixture[]>("recurrent-cells.json");
const layers: [string, RecurrentLayer][] = [["reference", referenceRecurrentLayer]];
if (backend.level === "fused") layers.push(["fused", fusedRecurrentLayer]);

/** Everything of a fixture as variables, so that gradients can be taken of all. */
function operands(fixture: Fixture) {
  const variable = (values: FixtureTensor) => tf.variable(fromFixture(values));
  const { kernel, recurrent_kernel: recurrentKernel, bias } = fixture.weights;
  return {
    inputs: variable(fixture.inputs),
    initialState: fixture.initial_state.map(variable),
    kernel: variable(kernel),
    recurrentKernel: variable(recurrentKernel),
    bias: variable(bias),
  };
}

type Operands = ReturnType<typeof operands>;

function runWith(
  layer: RecurrentLayer,
  fixture: Fixture,
  { inputs, initialState, kernel, recurrentKernel, bias }: Operands,
) {
  return layer({
    cell: fixture.cell,
    inputs: inputs as unknown as Tensor3D,
    initialState: initialState as unknown as Tensor2D[],
    weights: { kernel, recurrentKernel, bias } as unknown as RecurrentWeights,
    resetAfter: fixture.reset_after,
  });
}

const cases = layers.flatMap(([level, layer]) => fixtures.map((fixture) => ({ level, layer, fixture, ...fixture })));

describe.each(cases)("$level $cell, reset_after $reset_after", ({ layer, fixture }) => {
  const run = (fixture: Fixture, operands: Operands) => runWith(layer, fixture, operands);
  const { cell, reset_after: resetAfter } = fixture;

  test("basics: shapes of outputs and final state; constant weights give the same as one step by hand", () => {
    const states = cell === "lstm" ? 2 : 1;
    const gates = { simple_rnn: 1, lstm: 4, gru: 3 }[cell];
    const bias = cell === "gru" && resetAfter ? [2, gates * 3] : [gates * 3];
    const output = layer({
      cell,
      inputs: tf.ones([2, 1, 2]) as Tensor3D,
      initialState: Array.from({ length: states }, () => tf.zeros([2, 3])),
      weights: {
        kernel: tf.fill([2, gates * 3], 0.01),
        recurrentKernel: tf.fill([3, gates * 3], 0.02),
        bias: tf.fill(bias, 0.03),
      },
      resetAfter,
    });
    expect(output.outputs.shape).toEqual([2, 1, 3]);
    expect(output.finalState.map(({ shape }) => shape)).toEqual(Array.from({ length: states }, () => [2, 3]));
    // Every gate's sum is 2 * 0.01 + 0.03; with two biases 0.08, the candidate's second one under the reset gate.
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const byHand = {
      simple_rnn: Math.tanh(0.05),
      lstm: sigmoid(0.05) * Math.tanh(sigmoid(0.05) * Math.tanh(0.05)),
      gru: resetAfter
        ? (1 - sigmoid(0.08)) * Math.tanh(0.05 + sigmoid(0.08) * 0.03)
        : (1 - sigmoid(0.05)) * Math.tanh(0.05),
    }[cell];
    expect(output.outputs.dataSync()[0]).toBeCloseTo(byHand, 6);
  });

  test("correctness: outputs and final state are Keras' and PyTorch's", () => {
    const { outputs, finalState } = run(fixture, operands(fixture));
    expectClose(outputs, fixture.outputs);
    for (const [index, state] of finalState.entries()) expectClose(state, fixture.final_state[index]!);
  });

  test("gradients: of inputs, initial state and every weight", () => {
    const variables = operands(fixture);
    const { value, grads } = tf.variableGrads(() => {
      const { outputs, finalState } = run(fixture, variables);
      const terms = finalState.map((state, index) => tf.sum(tf.mul(state, fromFixture(fixture.state_weights[index]!))));
      return tf.addN([tf.sum(tf.mul(outputs, fromFixture(fixture.output_weight))), ...terms]).asScalar();
    });
    const gradient = ({ name }: Variable): Tensor | undefined => grads[name];
    expect(value.dataSync()[0]).toBeCloseTo(fixture.loss, 5);
    expectClose(gradient(variables.inputs), fixture.gradients.inputs);
    expectClose(gradient(variables.kernel), fixture.gradients.kernel);
    expectClose(gradient(variables.recurrentKernel), fixture.gradients.recurrent_kernel);
    expectClose(gradient(variables.bias), fixture.gradients.bias);
    for (const [index, state] of variables.initialState.entries()) {
      expectClose(gradient(state), fixture.gradients.initial_state[index]!);
    }
  });

  test("statefulness: two halves with the state carried give what the whole gives", () => {
    const variables = operands(fixture);
    const whole = run(fixture, variables);
    const half = (from: number, initialState: Tensor[]) => {
      const inputs = tf.slice(variables.inputs, [0, from, 0], [-1, 2, -1]);
      return run(fixture, { ...variables, inputs, initialState } as unknown as typeof variables);
    };
    const first = half(0, variables.initialState);
    const second = half(2, first.finalState);
    const joined = tf.concat([first.outputs, second.outputs], 1);
    expect(tf.max(tf.abs(tf.sub(joined, whole.outputs))).dataSync()[0]).toBeLessThan(1e-6);
  });

  test("initial state: another one gives other outputs", () => {
    const variables = operands(fixture);
    const zeros = fixture.initial_state.map(({ shape }) => tf.variable(tf.zeros(shape)));
    const { outputs } = run(fixture, { ...variables, initialState: zeros });
    const difference = tf.max(tf.abs(tf.sub(outputs, fromFixture(fixture.outputs)))).dataSync()[0]!;
    expect(difference).toBeGreaterThan(0.01);
  });

  test("token ids pick the kernel's rows: outputs and gradients of one-hot inputs", () => {
    const variables = operands(fixture);
    const ids = tf.tensor2d([0, 2, 2, 1, 1, 0, 1, 1], [2, 4], "int32");
    const oneHot = tf.oneHot(ids, 3).toFloat();
    const loss = (inputs: Tensor) =>
      tf.variableGrads(() => {
        const { outputs } = run(fixture, { ...variables, inputs } as unknown as typeof variables);
        return tf.sum(tf.mul(outputs, fromFixture(fixture.output_weight))).asScalar();
      }, [variables.kernel, variables.recurrentKernel, variables.bias]);
    const [byId, byProduct] = [loss(ids), loss(oneHot)];
    expect(byId.value.dataSync()[0]).toBeCloseTo(byProduct.value.dataSync()[0]!, 5);
    for (const [name, gradient] of Object.entries(byId.grads)) {
      expect(tf.max(tf.abs(tf.sub(gradient, byProduct.grads[name]!))).dataSync()[0]).toBeLessThan(1e-6);
    }
  });
});
