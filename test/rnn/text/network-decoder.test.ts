import { describe, expect, test } from "vitest";
import { type Tensor2D, tf } from "../../../src/rnn/backend.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Parameters } from "../../../src/rnn/parameters.ts";
import { Random } from "../../../src/rnn/random.ts";
import { createTextEngine } from "../../../src/rnn/text/generation/create-text-engine.ts";
import { createNetworkDecoder } from "../../../src/rnn/text/network-decoder.ts";
import { createTextNetwork } from "../../../src/rnn/text/text-network.ts";
import type { Architecture } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";

const vocabularySize = 9;

function build(changes: Partial<Architecture>) {
  const architecture = architectureOf({ units: 6, layers: 2, ...changes });
  const parameters = new Parameters(new Random(11));
  const network = createTextNetwork(architecture, vocabularySize, parameters);
  const tensors = new Map([...parameters.variables].map(([name, variable]) => [name, toHostTensor(variable)]));
  return { network, weights: { architecture, vocabularySize, tensors } };
}

function wholeSequence({ network }: ReturnType<typeof build>, ids: number[]): number[][] {
  const input = { ids: tf.tensor2d([ids], [1, ids.length], "int32"), states: network.initialStates(1), random: null };
  return (network.apply(input).logits as Tensor2D).arraySync();
}

const greatest = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));
const greedy = { temperature: 0, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

describe.each<[string, Partial<Architecture>]>([
  ["layer norm", { layer_norm: true }],
  ["gru with layer norm, reset before", { cell: "gru", reset_after: false, layer_norm: true }],
  ["residual", { residual: true, layers: 3 }],
  ["relu", { cell: "simple_rnn", activation: "relu" }],
  ["min_gru", { cell: "min_gru", embedding_size: 4 }],
  ["min_lstm, residual, layer norm", { cell: "min_lstm", residual: true, layer_norm: true }],
  ["dot attention", { attention: "dot", attention_window: 5 }],
  ["additive attention, gru", { cell: "gru", attention: "additive", attention_window: 3 }],
])("%s", (_title, changes) => {
  test("step by step the logits are those of the whole sequence", () => {
    const built = build(changes);
    const random = new Random(5);
    const ids = Array.from({ length: 20 }, () => random.integer(vocabularySize));
    const expected = wholeSequence(built, ids);
    const decoder = createNetworkDecoder(built.weights);
    const state = decoder.initialState();
    decoder.read(Int32Array.from(ids.slice(0, 7)), state);
    for (const [index, id] of ids.entries()) {
      if (index < 7) continue;
      const logits = decoder.step(id, state);
      for (const [token, value] of expected[index]!.entries()) expect(logits[token]).toBeCloseTo(value, 5);
    }
    decoder.dispose();
  });

  test("the engine that serves it writes greedily what the network would, and frees its tensors", () => {
    const built = build(changes);
    const before = tf.memory().numTensors;
    const engine = createTextEngine(built.weights, "fp32");
    const start = { characters: 12, rule: greedy, random: new Random(1).state() };
    const streams = [[3, 1], [4]].map((prompt) => engine.open({ ...start, prompt: Int32Array.from(prompt) }));
    const written: number[][] = [[], []];
    for (let turn = 0; turn < 30; turn++) {
      for (const [index, tokens] of engine.advance(streams, 3).entries()) written[index]!.push(...tokens!.tokens);
    }
    engine.dispose();
    expect(tf.memory().numTensors).toBe(before);
    for (const [index, prompt] of [[3, 1], [4]].entries()) {
      const text = [...prompt, ...written[index]!];
      const expected = wholeSequence(built, text.slice(0, -1)).map(greatest);
      expect(written[index]).toEqual(expected.slice(prompt.length - 1));
      expect(written[index]).toHaveLength(12);
    }
  });
});
