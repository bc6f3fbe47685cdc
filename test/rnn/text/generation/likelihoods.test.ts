import { describe, expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { Random } from "../../../../src/rnn/random.ts";
import { createTextDecoder } from "../../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { StreamStart, TextEngine } from "../../../../src/rnn/text/generation/text-engine.ts";
import { createNetworkDecoder } from "../../../../src/rnn/text/network-decoder.ts";
import { randomTextWeights } from "./random-text-weights.ts";

const vocabularySize = 23;
const weights = randomTextWeights({ units: 20, layers: 2 }, vocabularySize);
const { kernels } = loadFusedKernels();
const engines: [string, TextEngine][] = [
  ["stepwise on WebAssembly", createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine],
  ["stepwise on TensorFlow", createStepwiseTextEngine(createNetworkDecoder(weights)) as TextEngine],
];
if (kernels !== null) engines.push(["native", createNativeTextEngine(kernels, weights, "fp32") as TextEngine]);
const rule = { temperature: 0.6, topK: 9, topP: 0.9, minP: 0.01, typicalP: 0.95, repetitionPenalty: 1.2 };
const prompt = Int32Array.of(4, 7, 2);

/** log(softmax) of the logits after each token but the last, by the whole-sequence network. */
function byHand(text: number[]): number[][] {
  const decoder = createNetworkDecoder(weights);
  const logits = decoder.stepEach(Int32Array.from(text.slice(0, -1)), decoder.initialState());
  decoder.dispose();
  return Array.from({ length: text.length - 1 }, (_, step) => {
    const row = [...logits.subarray(step * vocabularySize, (step + 1) * vocabularySize)];
    const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return row.map((logit) => logit - Math.log(total));
  });
}

function read(engine: TextEngine, changes: Partial<StreamStart>, steps: number) {
  const start = { prompt, characters: 40, rule, random: new Random(6).state(), alternatives: 3, ...changes };
  const stream = engine.open(start);
  const [tokens, told, values]: [number[], number[], number[]] = [[], [], []];
  while (tokens.length < 40) {
    const drawn = engine.advance([stream], steps)[0]!;
    tokens.push(...drawn.tokens);
    told.push(...drawn.likelihoods!.tokens);
    values.push(...drawn.likelihoods!.logProbabilities);
  }
  engine.close(stream);
  return { tokens, told, values };
}

describe.each(engines)("the %s engine", (_, engine) => {
  const bias = Float32Array.from({ length: vocabularySize }, (_, token) => (token % 3) - 1);
  const drawn = read(engine, { bias }, 7);

  it("tells the model's own log-probabilities of what it draws, and the likeliest", () => {
    const expected = byHand([...prompt, ...drawn.tokens]).slice(prompt.length - 1);
    expect(expected).toHaveLength(40);
    for (const [step, row] of expected.entries()) {
      const ranked = row.map((_, token) => token).sort((one, other) => row[other]! - row[one]!);
      const told = drawn.told.slice(step * 4, step * 4 + 4);
      expect(told).toEqual([drawn.tokens[step]!, ...ranked.slice(0, 3)]);
      for (const [place, token] of told.entries()) {
        expect(drawn.values[step * 4 + place]!).toBeCloseTo(row[token]!, 5);
      }
    }
  });

  it.each([1, 7, 100])("tells the same of a given text, in calls of %i steps", (steps) => {
    const measured = read(engine, { given: Int32Array.from(drawn.tokens) }, steps);
    expect(measured.tokens).toEqual(drawn.tokens);
    expect(measured.told).toEqual(drawn.told);
    for (const [place, value] of measured.values.entries()) expect(value).toBeCloseTo(drawn.values[place]!, 5);
  });

  it("draws the same without telling, and as the others draw", () => {
    const stream = engine.open({ prompt, characters: 40, rule, bias, random: new Random(6).state() });
    const { tokens, likelihoods } = engine.advance([stream], 42)[0]!;
    expect(likelihoods).toBeNull();
    expect([...tokens]).toEqual(drawn.tokens);
    expect(drawn.tokens).toEqual(read(engines[0]![1], { bias }, 5).tokens);
    const commanded = new Float32Array(vocabularySize);
    commanded[5] = 100;
    expect(new Set(read(engine, { bias: commanded, rule: { ...rule, repetitionPenalty: 1 } }, 9).tokens)).toEqual(
      new Set([5]),
    );
  });
});
