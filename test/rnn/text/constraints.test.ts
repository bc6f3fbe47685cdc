import { expect, it } from "vitest";
import { loadFusedKernels } from "../../../src/rnn/load-fused-kernels.ts";
import { createTextDecoder } from "../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../src/rnn/text/generation/text-engine.ts";
import { createNetworkDecoder } from "../../../src/rnn/text/network-decoder.ts";
import { TextGenerator } from "../../../src/rnn/text/text-generator.ts";
import { CharacterVocabulary } from "../../../src/rnn/text/vocabularies/character-vocabulary.ts";
import type { SamplingParameters } from "../../../src/schemas/generation.ts";
import { plainSampling } from "../../plain-sampling.ts";
import { randomTextWeights } from "./generation/random-text-weights.ts";

const vocabulary = CharacterVocabulary.of("\n abcdefghijklmnopqrstuvwxyz0123456789-:😀");
const weights = randomTextWeights({ units: 16 }, vocabulary.size);
const { kernels } = loadFusedKernels();
const engines: [string, TextEngine, number][] = [
  ["stepwise", createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine, 1000],
  ["stepwise on TensorFlow", createStepwiseTextEngine(createNetworkDecoder(weights)) as TextEngine, 20],
];
if (kernels !== null) engines.push(["native", createNativeTextEngine(kernels, weights, "fp32") as TextEngine, 1000]);

function write(engine: TextEngine, parameters: Partial<SamplingParameters>) {
  const generator = new TextGenerator(engine, vocabulary, { ...plainSampling, max_tokens: 12, ...parameters });
  let text = "";
  for (;;) {
    const piece = generator.take(engine.advance([generator.stream], 5)[0]!, 5);
    text += piece.text;
    if (piece.finishReason === null) continue;
    generator.close();
    return { text, finishReason: piece.finishReason };
  }
}

it.each(engines)("every sample matches the pattern: %s", (_, engine, samples) => {
  const patterns = ["^(?:[a-f]{3}-)+[0-9]{2}$", "(?:ab|cde)*😀", "[0-9]+(?::[0-9]{2})?", "yes|no|perhaps"];
  for (let seed = 0; seed < samples; seed += 1) {
    const pattern = patterns[seed % 4]!;
    const { text } = write(engine, { pattern, seed, temperature: seed % 3, top_p: 0.9 });
    expect(text).toMatch(new RegExp(`^(?:${pattern})$`, "u"));
  }
});

it.each(engines)("ends where nothing may follow, and else at max_tokens: %s", (_, engine) => {
  expect(write(engine, { pattern: "yes|yesterday", max_tokens: 5 })).toEqual({ text: "yes", finishReason: "stop" });
  expect(write(engine, { pattern: "[0-9]+" }).finishReason).toBe("length");
  expect(write(engine, { allowed_characters: "ab😀" }).text).toMatch(/^[ab😀]{12}$/u);
});

it("draws the same on every engine", () => {
  const [first, ...others] = engines.map(([, engine]) =>
    write(engine, { pattern: "(?:[a-z]+ )+", max_tokens: 40, typical_p: 0.9, seed: 5 }),
  );
  for (const other of others) expect(other).toEqual(first);
});

it.each<[string, Partial<SamplingParameters>, string]>([
  ["syntax", { pattern: "(a" }, "/pattern"],
  ["lookahead", { pattern: "a(?=b)b" }, "/pattern"],
  ["a word boundary", { pattern: "a\\b" }, "/pattern"],
  ["a back-reference", { pattern: "(a|b)\\1" }, "/pattern"],
  ["too many repetitions", { pattern: "(?:a{999}){999}" }, "/pattern"],
  ["too many states", { pattern: "(?:a|b)*a(?:a|b){20}" }, "/pattern"],
  ["characters that the model never saw", { pattern: "[A-Z]" }, "/pattern"],
  ["nothing to write", { pattern: "(?:)" }, "/pattern"],
  ["too little room", { pattern: "a{20}" }, "/max_tokens"],
  ["unknown allowed characters", { allowed_characters: "aÄ" }, "/allowed_characters"],
])("refuses %s", (_, parameters, pointer) => {
  const errors = [expect.objectContaining({ pointer })];
  expect(() => write(engines[0]![1], parameters)).toThrow(
    expect.objectContaining({ code: "validation_failed", errors }),
  );
});
