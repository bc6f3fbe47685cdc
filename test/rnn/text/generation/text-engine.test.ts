import { describe, expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { Random } from "../../../../src/rnn/random.ts";
import { createTextDecoder } from "../../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { StreamStart, TextEngine } from "../../../../src/rnn/text/generation/text-engine.ts";
import type { SamplingRule } from "../../../../src/rnn/text/sample-token.ts";
import type { Architecture } from "../../../../src/schemas/models.ts";
import { randomTextWeights } from "./random-text-weights.ts";

const { kernels } = loadFusedKernels();
const everything: SamplingRule = { temperature: 1, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };
const vocabularySize = 37;

function start(seed: number, changes: Partial<StreamStart> = {}): StreamStart {
  const prompt = Int32Array.of(seed % vocabularySize, 3, 1);
  return { prompt, characters: 100_000, rule: everything, random: new Random(seed).state(), ...changes };
}

function writeAlone(engine: TextEngine, from: StreamStart, characters: number): number[] {
  const stream = engine.open(from);
  const written: number[] = [];
  while (written.length < characters) written.push(...engine.advance([stream], 16)[0]!.tokens);
  engine.close(stream);
  return written.slice(0, characters);
}

const rules: [string, Partial<SamplingRule>][] = [
  ["everything", {}],
  ["the likeliest", { temperature: 0 }],
  ["temperature 0.7", { temperature: 0.7 }],
  ["temperature 1e-300", { temperature: 1e-300 }],
  ["top_k 5", { topK: 5 }],
  ["top_p 0.8", { topP: 0.8 }],
  ["top_k 10, top_p 0.9, min_p 0.05", { topK: 10, topP: 0.9, minP: 0.05 }],
  ["min_p 0.2", { minP: 0.2 }],
  ["typical_p 0.3", { typicalP: 0.3 }],
  ["typical_p 0.9, top_k 20", { typicalP: 0.9, topK: 20 }],
  ["repetition_penalty 1.3", { repetitionPenalty: 1.3 }],
  ["the likeliest, repetition_penalty 1.5", { temperature: 0, repetitionPenalty: 1.5 }],
];

describe.skipIf(kernels === null).each<[string, Partial<Architecture>]>([
  ["simple_rnn", { cell: "simple_rnn" }],
  ["lstm", { cell: "lstm" }],
  ["gru", { cell: "gru" }],
  ["gru, reset before", { cell: "gru", reset_after: false }],
])("the native engine with %s", (_, cell) => {
  const engines = (shape: Partial<Architecture>) => {
    const weights = randomTextWeights({ ...cell, ...shape }, vocabularySize);
    return {
      native: createNativeTextEngine(kernels!, weights, "fp32") as TextEngine,
      stepwise: createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine,
    };
  };

  it.each<[string, Partial<Architecture>]>([
    ["one unit", { units: 1 }],
    ["whole panels", { units: 64, layers: 2 }],
    ["three layers of odd size", { units: 37, layers: 3 }],
    ["an embedding", { units: 20, layers: 2, embedding_size: 5 }],
  ])("writes what the other engine writes: %s", (_, shape) => {
    const { native, stepwise } = engines(shape);
    for (const temperature of [0, 1]) {
      const from = start(9, { rule: { ...everything, temperature } });
      expect(writeAlone(native, from, 200)).toEqual(writeAlone(stepwise, from, 200));
    }
  });

  it.each(rules)("draws as the other engine does: %s", (_, rule) => {
    const { native, stepwise } = engines({ units: 24, layers: 2 });
    const from = start(2, { rule: { ...everything, ...rule } });
    expect(writeAlone(native, from, 300)).toEqual(writeAlone(stepwise, from, 300));
  });

  it("writes the same text whoever joins and leaves, in calls of any length", () => {
    const { native } = engines({ units: 40, layers: 2 });
    const random = new Random(3);
    const texts = Array.from({ length: 40 }, (_, seed) => {
      const prompt = Int32Array.from({ length: 1 + random.integer(20) }, () => random.integer(vocabularySize));
      return { from: start(seed, { prompt }), stream: null as unknown, written: [] as number[] };
    });
    for (let call = 0; call < 120; call += 1) {
      const present = texts.filter(() => random.uniform() < 0.4);
      for (const text of present) text.stream ??= native.open(text.from);
      const drawn = native.advance(
        present.map(({ stream }) => stream),
        1 + random.integer(7),
      );
      for (const [row, text] of present.entries()) text.written.push(...drawn[row]!.tokens);
    }
    for (const { from, written } of texts) expect(written).toEqual(writeAlone(native, from, written.length));
  });

  it("draws as many as it was asked for, and frees what is closed", () => {
    const { native } = engines({});
    const stream = native.open(start(1, { characters: 10 }));
    expect(native.advance([stream], 2)[0]!.tokens).toHaveLength(0); // the prompt
    expect(native.advance([stream], 8)[0]!.tokens).toHaveLength(8);
    expect(native.advance([stream], 8)[0]!.tokens).toHaveLength(2);
    expect(native.advance([stream], 8)[0]!.tokens).toHaveLength(0);
    native.close(stream);
    expect(() => native.advance([stream], 1)).toThrow(TypeError);
    const other = native.open(start(2));
    native.dispose();
    expect(() => native.open(start(3))).toThrow(TypeError);
    expect(() => native.advance([other], 1)).toThrow(TypeError);
  });
});

it.each(["native", "stepwise"])("says which stream met a number that is not finite: %s", (name) => {
  if (kernels === null && name === "native") return;
  const weights = randomTextWeights({}, vocabularySize);
  weights.tensors.get("recurrent/0/kernel")!.data[5 * 64] = Number.NaN; // token 5
  const engine: TextEngine =
    name === "native"
      ? (createNativeTextEngine(kernels!, weights, "fp32") as TextEngine)
      : (createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine);
  const rule = { ...everything, temperature: 0 };
  const good = engine.open(start(1, { characters: 1, prompt: Int32Array.of(4), rule }));
  const bad = engine.open(start(1, { characters: 1, prompt: Int32Array.of(5), rule }));
  const [fromGood, fromBad] = engine.advance([good, bad], 2);
  expect(fromGood!.tokens).toHaveLength(1);
  expect(fromBad).toBeNull();
});

describe.skipIf(kernels === null)("with weights in bf16", () => {
  const { architecture, tensors } = randomTextWeights({ cell: "gru", units: 48, layers: 2, embedding_size: 9 }, 37);
  // Numbers of seven bits and less are the same in both.
  const coarse = new Map(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data, (v) => Math.round(v * 32) / 32) },
    ]),
  );

  it("writes the same as in fp32 where rounding changes no weight", () => {
    const weights = { architecture, vocabularySize, tensors: coarse };
    const [full, half] = (["fp32", "bf16"] as const).map((precision) => {
      return createNativeTextEngine(kernels!, weights, precision) as TextEngine;
    });
    expect(writeAlone(half!, start(4), 300)).toEqual(writeAlone(full!, start(4), 300));
    expect(half!.bytes).toBeLessThan(0.7 * full!.bytes);
  });
});
