import { describe, expect, it } from "vitest";
import { type Tensor2D, tf } from "../../../src/rnn/backend.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Parameters } from "../../../src/rnn/parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import { createTextDecoder } from "../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createTextNetwork } from "../../../src/rnn/text/text-network.ts";
import type { Architecture } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";

const vocabularySize = 21;
const base = architectureOf({ units: 16 });

/** A network with random weights and biases, and its decoder. */
function build(architecture: Architecture) {
  const random = new Random(11);
  const parameters = new Parameters(random);
  const network = createTextNetwork(architecture, vocabularySize, parameters);
  for (const [name, variable] of parameters.variables) {
    if (!name.endsWith("bias")) continue;
    const values = Float32Array.from({ length: variable.size }, () => 0.5 * random.normal());
    variable.assign(tf.tensor(values, variable.shape));
  }
  const tensors = new Map([...parameters.variables].map(([name, variable]) => [name, toHostTensor(variable)]));
  return { network, decoder: createTextDecoder({ architecture, vocabularySize, tensors }) };
}

function wholeSequence(network: ReturnType<typeof build>["network"], ids: number[]): number[][] {
  const input = { ids: tf.tensor2d([ids], [1, ids.length], "int32"), states: network.initialStates(1), random: null };
  return (network.apply(input).logits as Tensor2D).arraySync();
}

const greatest = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));

describe.each<[string, Partial<Architecture>]>([
  ["simple_rnn", { cell: "simple_rnn" }],
  ["lstm", { cell: "lstm" }],
  ["gru", { cell: "gru" }],
  ["gru, reset before", { cell: "gru", reset_after: false }],
])("decoder of %s", (_, cell) => {
  it.each<[string, Partial<Architecture>]>([
    ["one layer of whole panels", {}],
    ["one unit", { units: 1 }],
    ["three layers of odd size", { units: 37, layers: 3 }],
    ["an embedding", { units: 20, layers: 2, embedding_size: 5 }],
  ])("gives the logits of the whole sequence: %s", (_, shape) => {
    const { network, decoder } = build({ ...base, ...cell, ...shape });
    const random = new Random(5);
    const ids = Array.from({ length: 40 }, () => random.integer(vocabularySize));
    const expected = wholeSequence(network, ids);
    const state = decoder.initialState();
    for (const [index, id] of ids.entries()) {
      const logits = decoder.step(id, state);
      for (let token = 0; token < vocabularySize; token += 1) {
        expect(Math.abs(logits[token]! - expected[index]![token]!)).toBeLessThan(5e-6);
      }
    }
  });

  it("reads a prompt to the same state as steps do", () => {
    const { decoder } = build({ ...base, ...cell, layers: 2 });
    const stepped = decoder.initialState();
    for (const token of [3, 1, 4, 1, 5]) decoder.step(token, stepped);
    const read = decoder.initialState();
    decoder.read(Int32Array.of(3, 1, 4, 1, 5), read);
    expect(read).toEqual(stepped);
  });

  it("writes greedily what the whole-sequence network would", () => {
    const { network, decoder } = build({ ...base, ...cell, units: 32, layers: 2 });
    const state = decoder.initialState();
    const text = [7];
    for (let written = 0; written < 60; written += 1) text.push(greatest(decoder.step(text.at(-1)!, state)));
    expect(wholeSequence(network, text.slice(0, -1)).map(greatest)).toEqual(text.slice(1));
  });

  it("keeps the streams of one decoder apart", () => {
    const { decoder } = build({ ...base, ...cell, layers: 2 });
    const alone = decoder.initialState();
    const expected = [2, 9, 4].map((token) => [...decoder.step(token, alone)]);
    const [one, other] = [decoder.initialState(), decoder.initialState()];
    const together = [2, 9, 4].map((token) => {
      decoder.step(token + 1, other);
      return [...decoder.step(token, one)];
    });
    expect(together).toEqual(expected);
  });
});

describe("createTextDecoder", () => {
  it("holds no tensors", () => {
    const { network, decoder } = build(base);
    const before = tf.memory().numTensors;
    const state = decoder.initialState();
    for (let step = 0; step < 100; step += 1) decoder.step(step % vocabularySize, state);
    expect(tf.memory().numTensors).toBe(before);
    network.parameters.dispose();
  });

  it("refuses weights that are missing or of another shape", () => {
    const tensors = new Map([["recurrent/0/kernel", { shape: [2, 3], data: new Float32Array(6) }]]);
    expect(() => createTextDecoder({ architecture: base, vocabularySize, tensors })).toThrow(
      expect.objectContaining({
        code: "checkpoint_corrupt",
        message: "expected tensor recurrent/0/kernel of shape [21,64], got [2,3]",
      }),
    );
  });
});
