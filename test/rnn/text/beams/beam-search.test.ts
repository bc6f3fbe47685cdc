import { describe, expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { ScoreStream } from "../../../../src/rnn/serving/score-stream.ts";
import { createTextDecoder } from "../../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../../src/rnn/text/generation/text-engine.ts";
import { createNetworkDecoder } from "../../../../src/rnn/text/network-decoder.ts";
import type { TextDecoder } from "../../../../src/rnn/text/text-decoder.ts";
import { TextGenerator } from "../../../../src/rnn/text/text-generator.ts";
import { CharacterVocabulary } from "../../../../src/rnn/text/vocabularies/character-vocabulary.ts";
import type { SamplingParameters } from "../../../../src/schemas/generation.ts";
import type { Architecture } from "../../../../src/schemas/models.ts";
import { plainSampling } from "../../../plain-sampling.ts";
import { randomTextWeights } from "../generation/random-text-weights.ts";
import { findTexts } from "./find-text.ts";

const vocabulary = CharacterVocabulary.of("\nabcd");
const size = 5;
const { kernels } = loadFusedKernels();

function enginesOf(shape: Partial<Architecture>): [string, TextEngine][] {
  const weights = randomTextWeights(shape, size);
  const engines: [string, TextEngine][] = [
    ["stepwise on WebAssembly", createStepwiseTextEngine(createTextDecoder(weights)) as TextEngine],
    ["stepwise on TensorFlow", createStepwiseTextEngine(createNetworkDecoder(weights)) as TextEngine],
  ];
  if (kernels !== null) engines.push(["native", createNativeTextEngine(kernels, weights, "fp32") as TextEngine]);
  return engines;
}

/** What `score` says of a text. */
async function score(engine: TextEngine, prompt: string, text: string, logprobs = 0) {
  const stream = new ScoreStream({ engine, vocabulary }, { text, prompt, logprobs }, 0);
  const call = { startMs: 0, endMs: 0, steps: 4 };
  while (stream.take(engine.advance([stream.engineStream], 4)[0]!, call));
  return (await stream.answer).score;
}

/** All texts of so many characters and their log-probabilities, falling. */
async function enumerate(engine: TextEngine, prompt: string, length: number) {
  let texts = [""];
  for (let place = 0; place < length; place += 1) {
    texts = texts.flatMap((text) => [..."\nabcd"].map((next) => text + next));
  }
  const all: { text: string; logProbability: number }[] = [];
  for (const text of texts) {
    all.push({ text, logProbability: (await score(engine, prompt, text)).log_probability });
  }
  return all.sort((one, other) => other.logProbability - one.logProbability);
}

function write(engine: TextEngine, parameters: Partial<SamplingParameters>) {
  const generator = new TextGenerator(engine, vocabulary, { ...plainSampling, logprobs: 0, ...parameters });
  const piece = generator.take(engine.advance([generator.stream], 20)[0]!, 20);
  generator.close();
  const logProbability = piece.likelihoods!.reduce((sum, { log_probability }) => sum + log_probability, 0);
  return { text: piece.text, logProbability };
}

const cases: [string, Partial<Architecture>, string][] = [
  ["lstm of two layers", { units: 9, layers: 2 }, "cc"],
  ["gru with an embedding", { cell: "gru", embedding_size: 3 }, "ab"],
  ["simple_rnn", { cell: "simple_rnn", units: 20 }, "cad"],
];

describe.each(cases)("%s", async (_, shape, prompt) => {
  const engines = enginesOf(shape);
  const [, reference] = engines[0]!;
  const all = await enumerate(reference, prompt, 4); // 625
  const request = { prompt, max_tokens: 4, beams: 125 };

  it.each(engines)("beams for every text of all characters but the last find the best of all: %s", (_, engine) => {
    const found = findTexts(engine, vocabulary, { ...request, alternatives: 9 });
    expect(found.map(({ text }) => text)).toEqual(all.slice(0, 10).map(({ text }) => text));
    for (const [rank, { logProbability, score, finishReason }] of found.entries()) {
      expect(logProbability).toBeCloseTo(all[rank]!.logProbability, 4);
      expect(score).toBe(logProbability);
      expect(finishReason).toBe("length");
    }
  });

  // Texts that begin with the same stop string's end count once, as likely as their tokens up to it.
  it.each([0, 0.7, 3])("the best of all that a stop string ends, length_penalty %d", async (exponent) => {
    const stop = ["ab", "ca", "d"];
    const ends = new Set(all.map(({ text }) => text.slice(0, text.search(/(?<=ab|ca|d)|$/))));
    const expected: { text: string; score: number }[] = [];
    for (const text of ends) {
      const { log_probability: sum } = await score(reference, prompt, text);
      expected.push({ text: text.replace(/(ab|ca|d)$/, ""), score: sum / ((5 + text.length) / 6) ** exponent });
    }
    expected.sort((one, other) => other.score - one.score);
    for (const [, engine] of engines) {
      const parameters = { ...request, stop, length_penalty: exponent };
      const found = findTexts(engine, vocabulary, { ...parameters, alternatives: 5 });
      expect(found.map(({ text }) => text)).toEqual(expected.slice(0, 6).map(({ text }) => text));
      for (const [rank, each] of found.entries()) expect(each.score).toBeCloseTo(expected[rank]!.score, 4);
      // Asked for the best alone, a search ends sooner and finds the same.
      expect(findTexts(engine, vocabulary, parameters)[0]!.tokens).toEqual(found[0]!.tokens);
    }
  });

  it("the best of all that match a pattern, or are made of some characters", async () => {
    const matches: { text: string; sum: number }[] = [];
    const pattern = "a[bc]{2}|d\\n|cb?d|ab";
    for (const text of ["abb", "abc", "acb", "acc", "d\n", "cd", "cbd", "ab"]) {
      matches.push({ text, sum: (await score(reference, prompt, text)).log_probability });
    }
    matches.sort((one, other) => other.sum - one.sum);
    const made = all.filter(({ text }) => /^[ac]*$/.test(text));
    expect(made).toHaveLength(16);
    for (const [, engine] of engines) {
      // "ab" may go on to abb or abc, so it is no end.
      const whole = matches.filter(({ text }) => text !== "ab");
      const found = findTexts(engine, vocabulary, { ...request, pattern, alternatives: 30 });
      expect(found.map(({ text }) => text)).toEqual(whole.map(({ text }) => text));
      for (const [rank, each] of found.entries()) {
        expect(each.logProbability).toBeCloseTo(whole[rank]!.sum, 4);
        expect(each.finishReason).toBe("stop");
      }
      const allowed = findTexts(engine, vocabulary, { ...request, allowed_characters: "ac", alternatives: 15 });
      expect(allowed.map(({ text }) => text)).toEqual(made.map(({ text }) => text));
    }
  });

  it("more than greedy finds", () => {
    for (const [, engine] of engines) {
      const greedy = write(engine, { prompt, max_tokens: 4, temperature: 0 });
      expect(findTexts(engine, vocabulary, request)[0]!.logProbability).toBeGreaterThan(greedy.logProbability + 0.2);
    }
  });

  it.each([2, 3])("%d beams are a beam search by the book", async (beams) => {
    let texts = [""];
    let expected: { text: string; sum: number }[] = [];
    for (let place = 0; place < 4; place += 1) {
      expected = [];
      for (const text of texts.flatMap((each) => [..."\nabcd"].map((next) => each + next))) {
        expected.push({ text, sum: (await score(reference, prompt, text)).log_probability });
      }
      expected = expected.sort((one, other) => other.sum - one.sum).slice(0, beams);
      texts = expected.map(({ text }) => text);
    }
    for (const [, engine] of engines) {
      const found = findTexts(engine, vocabulary, { ...request, beams, alternatives: beams - 1 });
      expect(found.map(({ text }) => text)).toEqual(texts);
      expect(found[0]!.logProbability).toBeCloseTo(expected[0]!.sum, 4);
    }
  });

  // Holds where the beams hold every text but for its last character; the likeliest token each time is the best text of length 1 alone.
  it("no sample of 1,000, and no greedy text, is likelier than the best; of one token, greedy is the best", () => {
    for (const [name, engine] of engines) {
      const samples = name.includes("TensorFlow") ? 50 : 1000;
      for (const length of [1, 2, 3]) {
        const [best] = findTexts(engine, vocabulary, { prompt, max_tokens: length, beams: 25 });
        const greedy = write(engine, { prompt, max_tokens: length, temperature: 0 });
        if (length === 1) expect(greedy.text).toBe(best!.text);
        expect(best!.logProbability).toBeGreaterThanOrEqual(greedy.logProbability - 1e-9);
        for (let seed = 0; seed < samples; seed += 1) {
          const sample = write(engine, { prompt, max_tokens: length, seed });
          expect(sample.logProbability).toBeLessThanOrEqual(best!.logProbability + 1e-9);
          if (length === 1) expect(sample.logProbability).toBeLessThanOrEqual(greedy.logProbability);
        }
      }
    }
  });

  it("tells of the best text's tokens what score tells", async () => {
    for (const [, engine] of engines) {
      const [best] = findTexts(engine, vocabulary, { ...request, beams: 2, logprobs: 3, stop: ["adbc"] });
      const scored = await score(engine, prompt, best!.text, 3);
      for (const [place, { token, log_probability, top }] of scored.logprobs.entries()) {
        const told = best!.likelihoods![place]!;
        expect(told.token).toBe(token);
        expect(told.log_probability).toBeCloseTo(log_probability, 5);
        expect(told.top.map(({ text }) => text)).toEqual(top.map(({ text }) => text));
      }
      expect(best!.likelihoods).toHaveLength(scored.logprobs.length);
    }
  });
});

it("finds a likelier text than greedy where the likeliest first token leads astray, by hand", () => {
  // After the start a 0.6, b 0.4; after a each of five 0.2; after b always d: b d d is 0.4, the best of a 0.6 * 0.2 * 0.6.
  const after: Record<string, number[]> = {
    "\n": [1e-9, 0.6, 0.4, 1e-9, 1e-9],
    a: [0.2, 0.2, 0.2, 0.2, 0.2],
    b: [1e-9, 1e-9, 1e-9, 1e-9, 1],
    c: [0.2, 0.2, 0.2, 0.2, 0.2],
    d: [1e-9, 1e-9, 1e-9, 1e-9, 1],
  };
  const decoder: TextDecoder = {
    ...{
      vocabularySize: size,
      bytes: 0,
      stateSizes: [],
      initialState: () => [],
      read: () => undefined,
      dispose: () => undefined,
    },
    step: (token) => Float32Array.from(after["\nabcd"[token]!]!, Math.log),
    stepEach: () => new Float32Array(0),
  };
  const engine = createStepwiseTextEngine(decoder) as TextEngine;
  expect(write(engine, { max_tokens: 3, temperature: 0 }).text).toBe("a\na");
  const found = findTexts(engine, vocabulary, { max_tokens: 3, beams: 2, alternatives: 1 });
  expect(found.map(({ text }) => text)).toEqual(["bdd", "a\na"]);
  expect(found[0]!.logProbability).toBeCloseTo(Math.log(0.4), 6);
  expect(found[1]!.logProbability).toBeCloseTo(Math.log(0.072), 6);
  // Stopped at once "a" is likelier, 0.6 against 0.4, but shorter: log 0.6 / 1 = -0.511, log 0.4 / (8 / 6) ^ 2 = -0.515, ^ 2.1: -0.501.
  for (const [length_penalty, text] of [
    [0, ""],
    [2, ""],
    [2.1, "bdd"],
  ] as const) {
    const stop = ["a"];
    expect(findTexts(engine, vocabulary, { max_tokens: 3, beams: 2, stop, length_penalty })[0]!.text).toBe(text);
  }
});

it("closes every stream that it opens, and says that weights are damaged", () => {
  const [, engine] = enginesOf({})[0]!;
  const open = new Set<unknown>();
  const counting: TextEngine = {
    ...engine,
    open: (start) => {
      const stream = engine.open(start);
      open.add(stream);
      return stream;
    },
    branch: (stream, token) => {
      expect(open.has(stream)).toBe(true);
      const other = engine.branch(stream, token);
      open.add(other);
      return other;
    },
    close: (stream) => {
      expect(open.delete(stream)).toBe(true);
      engine.close(stream);
    },
  };
  findTexts(counting, vocabulary, { max_tokens: 50, beams: 7, stop: ["ab"], alternatives: 3 });
  expect(open.size).toBe(0);
  const damaged: TextEngine = { ...counting, advance: (streams) => streams.map(() => null) };
  expect(() => findTexts(damaged, vocabulary, { beams: 2 })).toThrow(
    expect.objectContaining({ code: "checkpoint_corrupt" }),
  );
});
