import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SamplingRule, sampleToken } from "../../../src/rnn/text/sample-token.ts";
import { readFixture } from "../read-fixture.ts";

const everything: SamplingRule = { temperature: 1, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };
const logitsOf = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const fourTokens = logitsOf(0.5, 0.3, 0.15, 0.05);

/** Small and independent of the engine's own: mulberry32. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The rule written the slow way: sort, cut, renormalise. */
function probabilities(logits: Float32Array, { temperature, topK, topP, minP }: SamplingRule): number[] {
  const peak = Math.max(...logits);
  const ranked = [...logits]
    .map((logit, token) => ({ token, weight: Math.exp((logit - peak) / temperature) }))
    .sort((one, other) => other.weight - one.weight || one.token - other.token)
    .slice(0, topK ?? logits.length);
  const total = ranked.reduce((sum, { weight }) => sum + weight, 0);
  const kept: typeof ranked = [];
  let held = 0;
  for (const candidate of ranked) {
    kept.push(candidate);
    held += candidate.weight;
    if (topP < 1 && held >= topP * total) break;
  }
  const likely = kept.filter(({ weight }) => weight >= minP * kept[0]!.weight);
  const share = likely.reduce((sum, { weight }) => sum + weight, 0);
  const result = new Array<number>(logits.length).fill(0);
  for (const { token, weight } of likely) result[token] = weight / share;
  return result;
}

describe("sampleToken", () => {
  it.each([
    [0, 0],
    [0.499, 0],
    [0.501, 1],
    [0.799, 1],
    [0.801, 2],
    [0.949, 2],
    [0.951, 3],
    [0.999999, 3],
  ])("draws in proportion to softmax: %f gives token %i", (uniform, token) => {
    expect(sampleToken(fourTokens, everything, uniform)).toBe(token);
  });

  it("divides the logits by the temperature", () => {
    // Square roots of 0.5 0.3 0.15 0.05, normalised: 0.3790 0.2936 0.2076 0.1198
    const warm = { ...everything, temperature: 2 };
    expect(sampleToken(fourTokens, warm, 0.378)).toBe(0);
    expect(sampleToken(fourTokens, warm, 0.38)).toBe(1);
    expect(sampleToken(fourTokens, warm, 0.672)).toBe(1);
    expect(sampleToken(fourTokens, warm, 0.674)).toBe(2);
    expect(sampleToken(fourTokens, warm, 0.879)).toBe(2);
    expect(sampleToken(fourTokens, warm, 0.881)).toBe(3);
  });

  it("takes the likeliest at temperature 0, the first of equals", () => {
    const greedy = { ...everything, temperature: 0 };
    expect(sampleToken(Float32Array.of(-1, 3, 3, 2), greedy, 0.99)).toBe(1);
    expect(sampleToken(fourTokens, { ...everything, temperature: 1e-300 }, 0.99)).toBe(0);
  });

  it("keeps the top_k likeliest, in the proportions they had", () => {
    const two = { ...everything, topK: 2 };
    expect(sampleToken(fourTokens, two, 0.624)).toBe(0);
    expect(sampleToken(fourTokens, two, 0.626)).toBe(1);
    expect(sampleToken(fourTokens, two, 0.999999)).toBe(1);
    expect(sampleToken(fourTokens, { ...everything, topK: 1 }, 0.999999)).toBe(0);
    expect(sampleToken(fourTokens, { ...everything, topK: 1000 }, 0.951)).toBe(3);
  });

  it("keeps the smallest set that holds top_p", () => {
    const last = 0.999999;
    expect(sampleToken(fourTokens, { ...everything, topP: 0.45 }, last)).toBe(0);
    expect(sampleToken(fourTokens, { ...everything, topP: 0.55 }, last)).toBe(1);
    expect(sampleToken(fourTokens, { ...everything, topP: 0.85 }, last)).toBe(2);
    expect(sampleToken(fourTokens, { ...everything, topP: 0.97 }, last)).toBe(3);
    expect(sampleToken(fourTokens, { ...everything, topP: 1e-9 }, last)).toBe(0);
  });

  it("measures top_p within what top_k left: 0.5 of 0.8 is 0.625", () => {
    expect(sampleToken(fourTokens, { ...everything, topK: 2, topP: 0.62 }, 0.999999)).toBe(0);
    expect(sampleToken(fourTokens, { ...everything, topK: 2, topP: 0.63 }, 0.999999)).toBe(1);
  });

  it("keeps with min_p what is so many times as likely as the likeliest", () => {
    const last = 0.999999;
    expect(sampleToken(fourTokens, { ...everything, minP: 0.11 }, last)).toBe(2); // 0.05 of 0.5 is 0.1
    expect(sampleToken(fourTokens, { ...everything, minP: 0.09 }, last)).toBe(3);
    expect(sampleToken(fourTokens, { ...everything, minP: 1 }, last)).toBe(0);
    expect(sampleToken(Float32Array.of(2, 2, 1), { ...everything, minP: 1 }, last)).toBe(1);
  });

  it("draws the same token when a filter removes nothing", () => {
    const random = uniforms(7);
    const logits = Float32Array.from({ length: 65 }, () => 4 * random());
    for (let draw = 0; draw < 200; draw += 1) {
      const uniform = random();
      const plain = sampleToken(logits, everything, uniform);
      expect(sampleToken(logits, { ...everything, topK: 65 }, uniform)).toBe(plain);
      expect(sampleToken(logits, { ...everything, topP: 1 - 1e-15 }, uniform)).toBe(plain);
    }
  });

  it.each([
    ["everything", everything],
    ["temperature 0.7, top_k 20", { ...everything, temperature: 0.7, topK: 20 }],
    ["top_p 0.8", { ...everything, topP: 0.8 }],
    ["temperature 1.3, top_k 40, top_p 0.9", { ...everything, temperature: 1.3, topK: 40, topP: 0.9 }],
    ["min_p 0.1", { ...everything, minP: 0.1 }],
    ["temperature 1.3, top_p 0.9, min_p 0.05", { ...everything, temperature: 1.3, topP: 0.9, minP: 0.05 }],
  ])("draws as often as the probabilities say: %s", (_, rule) => {
    const random = uniforms(20);
    const logits = Float32Array.from({ length: 65 }, () => 5 * random());
    const expected = probabilities(logits, rule);
    const draws = 20_000;
    const counts = new Array<number>(65).fill(0);
    for (let draw = 0; draw < draws; draw += 1) counts[sampleToken(logits, rule, random())]! += 1;
    let chiSquare = 0;
    for (const [token, probability] of expected.entries()) {
      if (probability === 0) expect(counts[token]).toBe(0);
      else chiSquare += (counts[token]! - draws * probability) ** 2 / (draws * probability);
    }
    expect(chiSquare).toBeLessThan(104.7); // 0.999 quantile at 64 degrees of freedom
  });

  it("keeps the set that sorting would keep, whatever the logits", () => {
    const logit = fc.integer({ min: -40, max: 40 }).map((tenths) => tenths / 10);
    const rule = fc.record({
      temperature: fc.double({ min: 0.1, max: 5, noNaN: true }),
      topK: fc.option(fc.integer({ min: 1, max: 40 })),
      topP: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      minP: fc.constantFrom(0, 0.001, 0.03, 0.2, 1),
      typicalP: fc.constant(1),
      repetitionPenalty: fc.constant(1),
    });
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 40 }), rule, (values, chosen) => {
        const logits = Float32Array.from(values);
        const expected = probabilities(logits, chosen);
        let passed = 0;
        for (const [token, probability] of expected.entries()) {
          if (probability > 1e-9) expect(sampleToken(logits, chosen, passed + probability / 2)).toBe(token);
          passed += probability;
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("keeps the typical tokens that numpy keeps", () => {
    interface Case {
      logits: number[];
      temperature: number;
      typical_p: number;
      probabilities: number[];
    }
    const { cases } = readFixture<{ cases: Case[] }>("typical-sampling.json");
    for (const { logits, temperature, typical_p: typicalP, probabilities } of cases) {
      let passed = 0;
      for (const [token, probability] of probabilities.entries()) {
        if (probability === 0) continue;
        const rule = { ...everything, temperature, typicalP };
        expect(sampleToken(Float32Array.from(logits), rule, passed + probability * 0.001)).toBe(token);
        expect(sampleToken(Float32Array.from(logits), rule, passed + probability * 0.999)).toBe(token);
        passed += probability;
      }
      expect(passed).toBeCloseTo(1, 9);
    }
  });

  it("refuses logits that are not finite", () => {
    const refusal = expect.objectContaining({ code: "checkpoint_corrupt" });
    expect(() => sampleToken(Float32Array.of(0, Number.NaN), everything, 0.5)).toThrow(refusal);
    expect(() => sampleToken(Float32Array.of(Number.POSITIVE_INFINITY, 0), everything, 0.5)).toThrow(refusal);
  });
});
