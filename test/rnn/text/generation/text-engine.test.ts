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
const everything: SamplingRule = { temperature: 1, topK: null, topP: 1, minP: 0, repetitionPenalty: 1 };
const vocabularySize = 37;

function start(seed: number, changes: Partial<StreamStart> = {}): StreamStart {
  const prompt = Int32Array.of(seed % vocabularySize, 3, 1);
  return { prompt, characters: 100_000, rule: everything, random: new Random(seed).state(), ...changes };
}

function writeAlone(engine: TextEngine, from: StreamStart, characters: number): number[] {
  const stream = engine.open(from);
  const written: number[] = [];
  while (written.length < characters) written.push(...engine.advance([stream], 16)[0]!);
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
      for (const [row, text] of present.entries()) text.written.push(...drawn[row]!);
    }
    for (const { from, written } of texts) expect(written).toEqual(writeAlone(native, from, written.length));
  });

  it("draws as many as it was asked for, and frees what is closed", () => {
    const { native } = engines({});
    const stream = native.open(start(1, { characters: 10 }));
    expect(native.advance([stream], 2)[0]).toHaveLength(0); // the prompt
    expect(native.advance([stream], 8)[0]).toHaveLength(8);
    expect(native.advance([stream], 8)[0]).toHaveLength(2);
    expect(native.advance([stream], 8)[0]).toHaveLength(0);
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
  expect(fromGood).toHaveLength(1);
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

describe.skipIf(kernels === null)("a call that is not as it should be", () => {
  const shape = { cell: 1, units: 16, layers: 1, vocabularySize: 5, embeddingSize: 0, bf16: 0 } as const;
  const arrays = [5 * 64, 16 * 64, 64, 16 * 5, 5].map((size) => new Float32Array(size).fill(0.1));
  const options = {
    ...{ prompt: Int32Array.of(1), characters: 100, random: Uint32Array.of(1, 2, 3, 4) },
    ...{ temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
  };
  const addon = kernels!;
  const nonsense = [
    undefined,
    null,
    Number.NaN,
    -1,
    0.5,
    1e300,
    "one",
    {},
    [],
    () => 1,
    new Float64Array(4),
    7n,
    Symbol("x"),
  ];
  /** The same mistakes, in any place of any call. */
  function expectErrors(call: (...values: unknown[]) => unknown, good: unknown[], values = nonsense): void {
    for (const [place] of good.entries()) {
      for (const value of values) {
        if (place === 5 && value === null) continue; // no logits asked for
        const given = good.map((argument, index) => (index === place ? value : argument));
        expect(() => call(...given)).toThrow(TypeError);
      }
    }
    expect(() => call(...good.slice(0, -1))).toThrow(TypeError);
  }

  it("is an error for a network", () => {
    const create = addon.createTextNetwork as (...values: unknown[]) => unknown;
    expectErrors(create, [shape, arrays]);
    for (const field of Object.keys(shape)) {
      for (const value of [...nonsense, 4096]) {
        expect(() => create({ ...shape, [field]: value }, arrays)).toThrow(TypeError);
      }
    }
    for (const [index, array] of arrays.entries()) {
      for (const value of [...nonsense, array.subarray(1), new Float64Array(array.length)]) {
        expect(() => create(shape, arrays.with(index, value as Float32Array))).toThrow(TypeError);
      }
    }
  });

  it("is an error for a stream", () => {
    const network = addon.createTextNetwork(shape, arrays);
    const open = addon.openTextStream as (...values: unknown[]) => unknown;
    expectErrors(open, [network, options]);
    const wrong: Record<string, unknown[]> = {
      prompt: [new Int32Array(0), Int32Array.of(5), Int32Array.of(-1), Uint32Array.of(1)],
      random: [new Uint32Array(4), Uint32Array.of(1), Int32Array.of(1, 2, 3, 4)],
      characters: [0],
      repetitionPenalty: [0, Number.POSITIVE_INFINITY],
      temperature: [Number.POSITIVE_INFINITY],
    };
    for (const field of Object.keys(options)) {
      const harmless =
        field === "prompt" || field === "random" || field === "characters" || field === "topK" ? [] : [0.5];
      for (const value of [
        ...nonsense.filter((value) => !harmless.includes(value as number)),
        ...(wrong[field] ?? []),
      ]) {
        expect(() => open(network, { ...options, [field]: value })).toThrow(TypeError);
      }
    }
    expect(() => open(addon.openTextStream(network, options), options)).toThrow(TypeError);
  });

  it("is an error for an advance, and moves nothing", () => {
    const network = addon.createTextNetwork(shape, arrays);
    const other = addon.openTextStream(addon.createTextNetwork(shape, arrays), options);
    const [stream, twin] = [addon.openTextStream(network, options), addon.openTextStream(network, options)];
    const advance = addon.advanceText as (...values: unknown[]) => unknown;
    const good = [network, [stream], 3, new Int32Array(3), new Int32Array(1), new Float32Array(15)];
    expectErrors(
      advance,
      good,
      nonsense.filter((value) => !Array.isArray(value)),
    );
    for (const streams of [[other], [network], [stream, stream], [stream, twin], [{}], [null]]) {
      expect(() => advance(...good.with(1, streams))).toThrow(TypeError);
    }
    addon.release(twin);
    expect(() => advance(...good.with(1, [twin]))).toThrow(TypeError);
    expect(() => addon.release({} as typeof stream)).toThrow(TypeError);
    const fresh = addon.openTextStream(network, options);
    const tokens = [stream, fresh].map((each) => {
      const drawn = new Int32Array(3);
      addon.advanceText(network, [each], 3, drawn, new Int32Array(1), null);
      return [...drawn];
    });
    expect(tokens[0]).toEqual(tokens[1]);
  });
});
