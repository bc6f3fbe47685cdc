import { describe, expect, test } from "vitest";
import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../../../src/rnn/backend.ts";
import { attend } from "../../../src/rnn/layers/attend.ts";
import { attendLocally } from "../../../src/rnn/layers/attend-locally.ts";
import { createStateAttention } from "../../../src/rnn/layers/state-attention.ts";
import { Parameters } from "../../../src/rnn/parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import { architectureOf } from "../../architecture.ts";
import { expectGradients } from "../expect-gradients.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Fixture {
  kind: "dot" | "additive";
  queries: FixtureTensor;
  keys: FixtureTensor;
  values: FixtureTensor;
  scale: FixtureTensor | null;
  allowed: FixtureTensor | null;
  output_weight: FixtureTensor;
  outputs: FixtureTensor;
  weights: FixtureTensor;
  gradients: Record<string, FixtureTensor>;
}

const fixtures = readFixture<Fixture[]>("attention.json");
const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);
const distance = (a: Tensor, b: Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

test.each(fixtures.map((fixture) => [`${fixture.kind}${fixture.allowed ? ", masked" : ""}`, fixture] as const))(
  "%s: outputs, weights and gradients are PyTorch's and Keras'",
  (_title, fixture) => {
    const variable = (values: FixtureTensor) => tf.variable(fromFixture(values));
    const scale = fixture.scale && variable(fixture.scale);
    const operands = {
      queries: variable(fixture.queries),
      keys: variable(fixture.keys),
      values: variable(fixture.values),
    };
    const bias = fixture.allowed && tf.mul(tf.sub(1, fromFixture(fixture.allowed)), -1e9);
    const run = () => attend({ ...operands, bias, scale: scale as unknown as Tensor2D | null });
    expectClose(run().context, fixture.outputs);
    expectClose(run().weights, fixture.weights);
    const { grads } = tf.variableGrads(() =>
      tf.sum(tf.mul(run().context, fromFixture(fixture.output_weight))).asScalar(),
    );
    for (const [name, expected] of Object.entries(fixture.gradients)) {
      const of = name === "scale" ? scale! : operands[name as keyof typeof operands];
      expectClose(grads[of.name], expected);
    }
  },
);

describe("in a window", () => {
  const shapes = [
    { time: 7, memory: 0, window: 3, causal: false },
    { time: 2, memory: 0, window: 5, causal: false },
    { time: 9, memory: 2, window: 3, causal: true },
    { time: 1, memory: 4, window: 5, causal: true },
  ];
  test.each(shapes)("gives what full attention under a mask gives: %o", ({ time, memory, window, causal }) => {
    const [queries, keys, values] = [
      random([2, time, 4], 1),
      random([2, memory + time, 4], 2),
      random([2, memory + time, 3], 3),
    ] as [Tensor3D, Tensor3D, Tensor3D];
    const present = tf.tensor3d(
      Array.from({ length: 2 * (memory + time) }, (_, index) => (index % (memory + time) < 1 && memory > 1 ? 0 : 1)),
      [2, memory + time, 1],
    );
    const allowed = Array.from({ length: time }, (_, query) =>
      Array.from({ length: memory + time }, (_, key) => {
        const ahead = key - memory - query;
        return ahead > -window && ahead < (causal ? 1 : window) ? 0 : -1e9;
      }),
    );
    const bias = tf.add(tf.tensor2d(allowed), tf.reshape(tf.mul(tf.sub(present, 1), 1e9), [2, 1, memory + time]));
    for (const scale of [null, random([4, 1], 4) as Tensor2D]) {
      const full = attend({ queries, keys, values, bias, scale });
      const local = attendLocally({ queries, keys, values, present, window, causal, scale });
      expect(distance(local.context, full.context)).toBeLessThan(1e-6);
      expect(distance(local.weights(), full.weights)).toBeLessThan(1e-6);
    }
  });
});

describe.each(["dot", "additive"] as const)("%s over the states of a layer", (attention) => {
  const create = (window: number | null, causal: boolean) => {
    const parameters = new Parameters(new Random(5));
    const architecture = architectureOf({ attention, attention_window: window, units: 4 });
    return { parameters, layer: createStateAttention(architecture, { causal }, parameters)! };
  };

  test("causal: chunk by chunk with the memory carried gives what the whole gives; nothing is seen ahead", () => {
    const { layer } = create(4, true);
    const states = random([2, 11, 4], 1) as Tensor3D;
    const whole = layer.eachStep(states, null, layer.initialMemory(2));
    let memory = layer.initialMemory(2);
    const parts = [2, 1, 1, 5, 2].reduce<{ from: number; outputs: Tensor[] }>(
      ({ from, outputs }, time) => {
        const part = layer.eachStep(tf.slice(states, [0, from, 0], [-1, time, -1]), null, memory);
        memory = part.memory!;
        return { from: from + time, outputs: [...outputs, part.outputs] };
      },
      { from: 0, outputs: [] },
    );
    expect(distance(tf.concat(parts.outputs, 1), whole.outputs)).toBeLessThan(1e-6);
    const weights = tf.slice(whole.weights(), [0, 0, 3], [1, -1, -1]).arraySync() as number[][][]; // the memory left out
    for (const [query, row] of weights[0]!.entries()) {
      const seen = row.flatMap((weight, key) => (weight > 1e-6 ? [key] : []));
      expect(seen).toEqual([query - 3, query - 2, query - 1, query].filter((key) => key >= 0));
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
  });

  test.each([null, 3])("window %s: a short row is as it is alone, in each step and from the end", (window) => {
    const { layer } = create(window, false);
    const states = random([2, 7, 4], 2) as Tensor3D;
    const short = tf.slice(states, [0, 0, 0], [1, 4, -1]) as Tensor3D;
    const padded = layer.eachStep(states, [4, 7], null);
    const alone = layer.eachStep(short, null, null);
    expect(distance(tf.slice(padded.outputs, [0, 0, 0], [1, 4, -1]), alone.outputs)).toBeLessThan(1e-6);
    expect(tf.max(tf.abs(tf.slice(padded.outputs, [0, 4, 0], [1, -1, -1]))).dataSync()[0]).toBe(0);
    const last = random([2, 4], 3) as Tensor2D;
    const fromEnd = layer.lastStep(states, [4, 7], last);
    const endAlone = layer.lastStep(short, null, tf.slice(last, [0, 0], [1, -1]));
    expect(distance(tf.slice(fromEnd.output, [0, 0], [1, -1]), endAlone.output)).toBeLessThan(1e-6);
    const seen = (endAlone.weights().arraySync() as number[][][])[0]![0]!.map((weight) => weight > 1e-6);
    expect(seen).toEqual([window === null, true, true, true]);
  });

  test.each([null, 3])("window %s: gradients of every weight and of the states, by differences", (window) => {
    const { layer, parameters } = create(window, false);
    const states = tf.variable(random([2, 5, 4], 4));
    const weights = random([2, 5, 4], 5);
    const outputs = () => layer.eachStep(states as unknown as Tensor3D, [5, 3], null).outputs;
    expectGradients(() => tf.sum(tf.mul(outputs(), weights)).asScalar(), [states, ...parameters.variables.values()]);
  });
});
