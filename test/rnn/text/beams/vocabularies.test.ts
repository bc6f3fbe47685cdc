import { expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { createTextDecoder } from "../../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../../src/rnn/text/generation/text-engine.ts";
import { createBytePairVocabulary } from "../../../../src/rnn/text/vocabularies/byte-pair-vocabulary.ts";
import { createByteVocabulary } from "../../../../src/rnn/text/vocabularies/byte-vocabulary.ts";
import { createWordVocabulary } from "../../../../src/rnn/text/vocabularies/word-vocabulary.ts";
import type { Vocabulary } from "../../../../src/rnn/text/vocabulary.ts";
import { randomTextWeights } from "../generation/random-text-weights.ts";
import { findTexts } from "./find-text.ts";

const { kernels } = loadFusedKernels();
const vocabularies: [string, Vocabulary][] = [
  ["bytes", createByteVocabulary()],
  [
    "byte pairs",
    createBytePairVocabulary([
      [0xc3, 0xa9], // é
      [0x61, 0x62], // ab
    ]),
  ],
  ["words", createWordVocabulary(["the", " cat", " sat"])],
];

/** Of two tokens after a prompt, the likeliest pair, from every logit of every first token. */
function likeliestPair(vocabulary: Vocabulary, prompt: string, weights: ReturnType<typeof randomTextWeights>) {
  const decoder = createTextDecoder(weights);
  const { ids } = vocabulary.encode(prompt);
  const logOf = (logits: Float32Array) => {
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return Array.from(logits, (logit) => logit - total);
  };
  const rows = (tokens: Int32Array) => decoder.stepEach(tokens, decoder.initialState()).slice();
  const first = logOf(rows(ids).subarray(-vocabulary.size));
  let best = { tokens: [0, 0], logProbability: Number.NEGATIVE_INFINITY };
  for (const [token, before] of first.entries()) {
    const second = logOf(rows(Int32Array.of(...ids, token)).subarray(-vocabulary.size));
    for (const [next, value] of second.entries()) {
      if (before + value > best.logProbability) best = { tokens: [token, next], logProbability: before + value };
    }
  }
  decoder.dispose();
  return best;
}

it.each(vocabularies)("the likeliest two tokens of all, and whole characters: %s", (_, vocabulary) => {
  const weights = randomTextWeights({ units: 12 }, vocabulary.size);
  const engines = [createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine];
  if (kernels !== null) engines.push(createNativeTextEngine(kernels, weights, "fp32") as TextEngine);
  const expected = likeliestPair(vocabulary, "the", weights);
  for (const engine of engines) {
    const request = { prompt: "the", max_tokens: 2, beams: vocabulary.size };
    const [best] = findTexts(engine, vocabulary, request);
    expect(best!.tokens).toEqual(expected.tokens);
    expect(best!.logProbability).toBeCloseTo(expected.logProbability, 4);
    expect(best!.text).toBe(vocabulary.decode(expected.tokens));
    // A stop string that no single byte spells, or that a token runs over.
    const stop = ["é", "b", " c"];
    for (const { text, tokens, finishReason } of findTexts(engine, vocabulary, {
      ...{ prompt: "the", max_tokens: 12, beams: 20, alternatives: 19, stop, logit_bias: {} },
    })) {
      const whole = vocabulary.decode(tokens);
      const places = stop.map((each) => whole.indexOf(each)).filter((place) => place >= 0);
      expect(finishReason).toBe(places.length > 0 ? "stop" : "length");
      expect(text).toBe(places.length > 0 ? whole.slice(0, Math.min(...places)) : whole);
    }
  }
});
