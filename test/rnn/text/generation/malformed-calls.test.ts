import { describe, expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import type { StreamHandle } from "../../../../src/rnn/text/generation/text-addon.ts";

const { kernels } = loadFusedKernels();

describe.skipIf(kernels === null)("a call that is not as it should be", () => {
  const shape = { cell: 1, units: 16, layers: 1, vocabularySize: 5, embeddingSize: 0, bf16: 0 } as const;
  const arrays: Float32Array[] = [5 * 64, 16 * 64, 64, 16 * 5, 5].map((size) => new Float32Array(size).fill(0.1));
  const options = {
    ...{ prompt: Int32Array.of(1), characters: 100, random: Uint32Array.of(1, 2, 3, 4) },
    ...{ temperature: 1, topK: 0, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 },
    ...{ given: null, bias: null, constraint: null, alternatives: -1, allowedAlone: 0 as const },
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
      given: [Int32Array.of(5)],
      bias: [new Float32Array(4)],
      constraint: [
        { next: new Int32Array(5).fill(1), distances: new Int32Array(1) },
        { next: new Int32Array(5).fill(-1), distances: new Int32Array(1) },
        { next: new Int32Array(4), distances: new Int32Array(1) },
      ],
      alternatives: [-2],
      allowedAlone: [2],
    };
    for (const field of Object.keys(options)) {
      const harmless: number[] = ["temperature", "topP", "minP", "typicalP", "repetitionPenalty"].includes(field)
        ? [0.5]
        : [];
      if (field === "alternatives") harmless.push(-1);
      const mayBeNull = ["given", "bias", "constraint"].includes(field);
      for (const value of [
        ...nonsense.filter((value) => !harmless.includes(value as number) && !(mayBeNull && value === null)),
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
    const outputs = () => ({
      ...{ steps: 3, tokens: new Int32Array(3), counts: new Int32Array(1), logits: new Float32Array(15) },
      ...{ toldTokens: null, toldLogProbabilities: null },
    });
    const good: unknown[] = [network, [stream], outputs()];
    expectErrors(
      advance,
      good,
      nonsense.filter((value) => !Array.isArray(value)),
    );
    for (const streams of [[other], [network], [stream, stream], [stream, twin], [{}], [null]]) {
      expect(() => advance(...good.with(1, streams))).toThrow(TypeError);
    }
    for (const field of ["steps", "tokens", "counts", "logits"]) {
      for (const value of nonsense.filter((value) => field !== "logits" || value !== null)) {
        expect(() => advance(...good.with(2, { ...outputs(), [field]: value }))).toThrow(TypeError);
      }
    }
    const told = addon.openTextStream(network, { ...options, alternatives: 1 });
    for (const wrong of [null, new Int32Array(5), new Float64Array(6)]) {
      const given = { ...outputs(), toldTokens: wrong, toldLogProbabilities: new Float64Array(6) };
      expect(() => advance(network, [told], given)).toThrow(TypeError);
    }
    expect(() => addon.branchTextStream(stream, 1)).toThrow(TypeError); // it has drawn nothing yet
    addon.release(twin);
    expect(() => advance(...good.with(1, [twin]))).toThrow(TypeError);
    expect(() => addon.release({} as StreamHandle)).toThrow(TypeError);
    const fresh = addon.openTextStream(network, options);
    const tokens = [stream, fresh].map((each) => {
      const drawn = outputs();
      addon.advanceText(network, [each], drawn);
      return [...drawn.tokens];
    });
    expect(tokens[0]).toEqual(tokens[1]);
  });

  it("is an error for a state, and changes none", () => {
    const network = addon.createTextNetwork(shape, arrays);
    const stream = addon.openTextStream(network, { ...options, repetitionPenalty: 1.2 });
    const size = 2 * 16; // of an LSTM, hidden state and cell state
    const save = addon.saveTextState as (...values: unknown[]) => unknown;
    const restore = addon.restoreTextState as (...values: unknown[]) => unknown;
    const before = [new Float32Array(size), new Uint32Array(4)] as const;
    addon.saveTextState(stream, ...before);
    const ones = new Float32Array(size).fill(1);
    expectErrors(save, [stream, new Float32Array(size), new Uint32Array(4)]);
    expectErrors(restore, [stream, ones]);
    for (const seen of nonsense.filter((value) => value !== null)) {
      expect(() => restore(stream, ones, seen)).toThrow(TypeError);
    }
    for (const wrong of [size - 1, size + 1, 0].map((length) => new Float32Array(length))) {
      expect(() => save(stream, wrong, new Uint32Array(4))).toThrow(TypeError);
      expect(() => restore(stream, wrong, null)).toThrow(TypeError);
    }
    for (const seen of [Int32Array.of(5), Int32Array.of(0, -1), Uint32Array.of(1)]) {
      expect(() => restore(stream, ones, seen)).toThrow(TypeError);
    }
    expect(() => save(network, ...before)).toThrow(TypeError);
    const after = [new Float32Array(size), new Uint32Array(4)] as const;
    addon.saveTextState(stream, ...after);
    expect(after).toEqual(before);
    addon.restoreTextState(stream, ones, Int32Array.of(4));
    addon.saveTextState(stream, ...after);
    expect(after[0]).toEqual(ones);
    addon.release(stream);
    expect(() => save(stream, ...before)).toThrow(TypeError);
    expect(() => restore(stream, ones, null)).toThrow(TypeError);
  });
});
