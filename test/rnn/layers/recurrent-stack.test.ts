import { describe, expect, test } from "vitest";
import { type Tensor, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import type { HostTensor } from "../../../src/rnn/host-tensor.ts";
import { createRecurrentStack } from "../../../src/rnn/layers/recurrent-stack.ts";
import { Parameters } from "../../../src/rnn/parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { Architecture, Cell, MergeMode } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";
import { expectGradients } from "../expect-gradients.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Fixture {
  cell: Cell;
  merge_mode: MergeMode;
  lengths: number[] | null;
  inputs: FixtureTensor;
  initial_state: FixtureTensor[];
  weights: [Record<string, FixtureTensor>, Record<string, FixtureTensor>];
  output_weight: FixtureTensor;
  last_weight: FixtureTensor;
  outputs: FixtureTensor;
  last: FixtureTensor;
  final_state: FixtureTensor[];
  gradients: {
    inputs: FixtureTensor;
    initial_state: FixtureTensor[];
    weights: [Record<string, FixtureTensor>, Record<string, FixtureTensor>];
  };
}

const fixtures = readFixture<Fixture[]>("bidirectional.json");
const values = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);
const distance = (a: Tensor, b: Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

function build(changes: Partial<Architecture>, inputSize = 3) {
  const architecture = architectureOf({ units: 3, ...changes });
  const parameters = new Parameters(new Random(3));
  const stack = createRecurrentStack(architecture, { inputSize, causal: false }, parameters);
  return { stack, parameters };
}

const directions = ["recurrent/0", "recurrent/0/backward"] as const;

test.each(
  fixtures.map(
    (one) => [`${one.cell}, ${one.merge_mode}${one.lengths ? `, lengths ${one.lengths}` : ""}`, one] as const,
  ),
)("bidirectional %s: outputs, last output, states and every gradient are Keras' and PyTorch's", (_title, fixture) => {
  const source = new Map<string, HostTensor>();
  for (const [index, name] of directions.entries()) {
    for (const [part, { shape, values }] of Object.entries(fixture.weights[index]!)) {
      source.set(`${name}/${part}`, { shape, data: Float32Array.from(values) });
    }
  }
  const parameters = new Parameters(source);
  const { cell, merge_mode: mergeMode, lengths } = fixture;
  const architecture = architectureOf({ cell, units: 3, bidirectional: true, merge_mode: mergeMode });
  const stack = createRecurrentStack(architecture, { inputSize: 4, causal: false }, parameters);
  const variable = (values: FixtureTensor) => tf.variable(fromFixture(values));
  const inputs = variable(fixture.inputs);
  const states = fixture.initial_state.map(variable);
  const input = () => ({
    inputs: inputs as unknown as Tensor3D,
    states: [states as unknown as Tensor[]] as never,
    lengths,
    random: null,
  });
  const { outputs, finalStates } = stack.eachStep(input());
  expectClose(outputs, fixture.outputs);
  expectClose(stack.lastStep(input()).output, fixture.last);
  for (const [index, state] of finalStates[0]!.entries()) expectClose(state, fixture.final_state[index]!);

  const { grads } = tf.variableGrads(() => {
    const each = tf.sum(tf.mul(stack.eachStep(input()).outputs, fromFixture(fixture.output_weight)));
    return tf.add(each, tf.sum(tf.mul(stack.lastStep(input()).output, fromFixture(fixture.last_weight)))).asScalar();
  });
  expectClose(grads[inputs.name], fixture.gradients.inputs);
  for (const [index, state] of states.entries())
    expectClose(grads[state.name], fixture.gradients.initial_state[index]!);
  for (const [index, name] of directions.entries()) {
    for (const [part, expected] of Object.entries(fixture.gradients.weights[index]!)) {
      expectClose(grads[parameters.variables.get(`${name}/${part}`)!.name], expected);
    }
  }
});

const options: [string, Partial<Architecture>][] = [
  ["residual", { residual: true, layers: 3 }],
  ["residual, both directions", { residual: true, layers: 2, bidirectional: true, cell: "gru" }],
  ["layer norm", { layer_norm: true, layers: 2 }],
  [
    "min_lstm with layer norm",
    { cell: "min_lstm", layer_norm: true, layers: 2, bidirectional: true, merge_mode: "sum" },
  ],
  ["attention", { attention: "additive", bidirectional: true, layers: 2 }],
  ["attention in a window", { attention: "dot", attention_window: 2 }],
];

describe.each(options)("%s", (_title, changes) => {
  test("short rows are as they are alone, from each step and from the last", () => {
    const { stack } = build(changes);
    const inputs = values([2, 6, 3], 1) as Tensor3D;
    const together = { inputs, states: stack.initialStates(2), lengths: [6, 4], random: null };
    const short = tf.slice(inputs, [1, 0, 0], [1, 4, -1]) as Tensor3D;
    const alone = { inputs: short, states: stack.initialStates(1), random: null };
    const row = <T extends Tensor>(values: T): T => tf.slice(values, [1], [1]);
    const { outputs } = stack.eachStep(together);
    expect(distance(tf.slice(row(outputs), [0, 0, 0], [-1, 4, -1]), stack.eachStep(alone).outputs)).toBeLessThan(1e-5);
    expect(tf.max(tf.abs(tf.slice(row(outputs), [0, 4, 0], [-1, -1, -1]))).dataSync()[0]).toBe(0);
    expect(distance(row(stack.lastStep(together).output), stack.lastStep(alone).output)).toBeLessThan(1e-5);
  });

  test("gradients of inputs and every weight, by differences, with rows of different lengths", () => {
    const { stack, parameters } = build(changes);
    const inputs = tf.variable(values([2, 4, 3], 2));
    const weights = values([2, 4, stack.outputSize], 3);
    const input = () => ({
      ...{ inputs: inputs as unknown as Tensor3D, states: stack.initialStates(2), lengths: [4, 3], random: null },
    });
    const loss = () => tf.sum(tf.mul(stack.eachStep(input()).outputs, weights)).asScalar();
    expectGradients(loss, [inputs, ...parameters.variables.values()]);
  });
});

test.each<[Cell, boolean]>([
  ["simple_rnn", true],
  ["lstm", true],
  ["gru", true],
  ["gru", false],
])(
  "%s, reset_after %s: recurrent dropout drops the same share of the state at every step, in training alone",
  (cell, resetAfter) => {
    const { stack, parameters } = build({ cell, reset_after: resetAfter, recurrent_dropout: 0.5 });
    const inputs = values([2, 5, 3], 1) as Tensor3D;
    const run = (random: Random | null) => stack.eachStep({ inputs, states: stack.initialStates(2), random }).outputs;
    expect(distance(run(new Random(1)), run(new Random(1)))).toBe(0);
    expect(distance(run(new Random(1)), run(null))).toBeGreaterThan(0.01);
    expect(distance(run(null), run(null))).toBe(0);
    const weights = values([2, 5, 3], 2);
    const loss = () => tf.sum(tf.mul(run(new Random(1)), weights)).asScalar();
    expectGradients(loss, [...parameters.variables.values()]);
  },
);

describe("a look inside", () => {
  test("lstm: gates and cell states are those of the equations, in both directions", () => {
    const { stack } = build({ bidirectional: true });
    const inputs = values([1, 4, 3], 1) as Tensor3D;
    const input = { inputs, states: stack.initialStates(1), random: null, inspect: true };
    const { outputs, finalStates, inspection } = stack.eachStep(input);
    const { forward, backward } = inspection!.layers[0]!;
    expect(distance(tf.concat([forward.hiddenStates, backward!.hiddenStates], 2), outputs)).toBe(0);
    for (const { gates, cellStates, hiddenStates } of [forward, backward!]) {
      expect(Object.keys(gates)).toEqual(["input", "forget", "candidate", "output"]);
      expect(distance(tf.mul(gates.output!, tf.tanh(cellStates!)), hiddenStates)).toBeLessThan(1e-6);
    }
    const step = (values: Tensor3D, time: number) => tf.squeeze(tf.slice(values, [0, time, 0], [-1, 1, -1]), [1]);
    expect(distance(step(forward.cellStates!, 3), finalStates[0]![1]!)).toBeLessThan(1e-6);
    expect(distance(step(backward!.cellStates!, 0), finalStates[0]![3]!)).toBeLessThan(1e-6);
  });

  test("gru: the hidden state is the mix that the update gate says; nothing is looked at where nobody asks", () => {
    const { stack } = build({ cell: "gru", layer_norm: true });
    const inputs = values([1, 3, 3], 1) as Tensor3D;
    const input = { inputs, states: stack.initialStates(1), random: null };
    const { gates, hiddenStates, cellStates } = stack.eachStep({ ...input, inspect: true }).inspection!.layers[0]!
      .forward;
    const [update, candidate] = [gates.update!, gates.candidate!];
    const previous = tf.concat([tf.zeros([1, 1, 3]), tf.slice(hiddenStates, [0, 0, 0], [-1, 2, -1])], 1);
    const mixed = tf.add(tf.mul(update, previous), tf.mul(tf.sub(1, update), candidate));
    expect(distance(mixed, hiddenStates)).toBeLessThan(1e-6);
    expect(cellStates).toBeNull();
    expect(stack.eachStep(input).inspection).toBeNull();
  });

  test("attention: each row of weights adds up to 1; from the last step there is one row", () => {
    const { stack } = build({ attention: "dot", bidirectional: true });
    const input = {
      inputs: values([2, 5, 3], 1) as Tensor3D,
      states: stack.initialStates(2),
      random: null,
      inspect: true,
    };
    const each = stack.eachStep(input).inspection!.attention!;
    expect(each.shape).toEqual([2, 5, 5]);
    for (const sum of tf.sum(each, 2).dataSync()) expect(sum).toBeCloseTo(1, 5);
    expect(stack.lastStep(input).inspection!.attention!.shape).toEqual([2, 1, 5]);
  });
});

test("a pass leaves no tensor behind but its results", () => {
  const { stack } = build({ bidirectional: true, attention: "additive", layer_norm: true, layers: 2, residual: true });
  const before = tf.memory().numTensors;
  const input = {
    inputs: values([2, 5, 3], 1) as Tensor3D,
    states: stack.initialStates(2),
    lengths: [5, 2],
    random: null,
  };
  const output = stack.eachStep({ ...input, inspect: true });
  tf.dispose([input.inputs, input.states, output] as never);
  expect(tf.memory().numTensors).toBe(before);
});
