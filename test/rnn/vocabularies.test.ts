import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint, tensorGroup } from "../../src/rnn/checkpoint.ts";
import { createPredictor } from "../../src/rnn/prediction/predictor.ts";
import { Random } from "../../src/rnn/random.ts";
import { loadModel } from "../../src/rnn/serving/load-model.ts";
import { createTextDecoder } from "../../src/rnn/text/decoding/create-text-decoder.ts";
import { createTextEngine } from "../../src/rnn/text/generation/create-text-engine.ts";
import { createStepwiseTextEngine } from "../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../src/rnn/text/generation/text-engine.ts";
import { createNetworkDecoder } from "../../src/rnn/text/network-decoder.ts";
import { readVocabulary } from "../../src/rnn/text/vocabularies/read-vocabulary.ts";
import type { TextSettings } from "../../src/schemas/vocabulary.ts";
import { createWorkspace, type FinishedRun, run, type Workspace } from "./training-fixture.ts";

const text = Array.from(
  { length: 60 },
  (_, index) =>
    `${["Die Katze 🐈", "Ein Käfer 🐞", "Œuvre de 猫"][index % 3]} mag ${["Käse", "👩‍👩‍👧", "cafe\u0301"][(index % 7) % 3]}.\n`,
).join("");

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

const kinds: [TextSettings["vocabulary"], TextSettings, number][] = [
  ["character", { vocabulary: "character" }, new Set(text).size],
  ["byte", { vocabulary: "byte" }, 256],
  ["word", { vocabulary: "word", vocabulary_size: 300 }, 256 + 13] /* Die, Katze, the cat, Ein, ... cafe: 13 words */,
  ["bpe", { vocabulary: "bpe", vocabulary_size: 290 }, 290],
];

const specOf = (settings: TextSettings, resumeFrom: string | null = null) =>
  workspace.spec(text, {
    architecture: { units: 24, layers: 1 },
    training: { steps: 120, learning_rate: 0.03, checkpoint_every: 60, sample_every: 60, sample_length: 40 },
    run: { text: settings, resumeFrom },
  });

describe.each(kinds)("%s", (kind, settings, size) => {
  let learned: FinishedRun;
  let path: string;
  beforeAll(async () => {
    learned = await run(await specOf(settings));
    path = learned.of("checkpoint").at(-1)!.file.path;
  });

  test("learns, and tells bits per character beside the n-grams of characters", async () => {
    expect(learned.of("job-start")[0]!.vocabulary_size).toBe(size);
    const [first, last] = learned.of("checkpoint").map(({ metrics }) => metrics);
    const { bits_per_character: bits, validation_loss: loss, characters_per_token: perToken } = last!;
    expect(bits!).toBeLessThan(first!.bits_per_character! * 1.02);
    expect(bits! * Math.LN2 * (perToken ?? 1)).toBeCloseTo(loss!, 6);
    if (kind === "character") expect(perToken).toBeUndefined();
    else if (kind === "byte") expect(perToken!).toBeLessThan(1);
    else expect(perToken!).toBeGreaterThan(1.5);
    // The same tail, whatever the tokens are.
    const characters = await run(await specOf({ vocabulary: "character" }));
    const baseline = characters.of("checkpoint")[0]!.metrics.ngram_3_bits_per_character!;
    expect(last!.ngram_3_bits_per_character).toBeCloseTo(baseline, 12);
    expect(bits!).toBeLessThan(characters.of("checkpoint")[1]!.metrics.ngram_1_bits_per_character!);
  });

  test("its samples are whole characters", () => {
    for (const { text: sample } of learned.of("sample")) expect(sample).toMatch(/^[^\ud800-\udfff]*$/u);
    expect(learned.of("sample").at(-1)!.text).toMatch(/Katze|Käfer|mag|Œuvre|猫/);
  });

  test("writes the same on every engine, from a prompt of emoji", async () => {
    const { description, tensors } = await readCheckpoint(path);
    const vocabulary = readVocabulary(description.taskDescription.vocabulary);
    const weights = {
      ...{ architecture: description.architecture, vocabularySize: vocabulary.size },
      tensors: tensorGroup(tensors, "model"),
    };
    const engines = [
      createTextEngine(weights, "fp32"),
      createStepwiseTextEngine(createTextDecoder(weights)),
      createStepwiseTextEngine(createNetworkDecoder(weights)),
    ] as TextEngine[];
    const { ids } = vocabulary.encode("Die Katze 🐈");
    const written = engines.map((engine) => {
      const rule = { temperature: 0, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };
      const stream = engine.open({ prompt: ids, characters: 30, rule, random: new Random(1).state() } as never);
      const drawn = engine.advance([stream], 30 + ids.length - 1)[0]!;
      engine.close(stream);
      engine.dispose();
      return vocabulary.decode(drawn.tokens);
    });
    expect(written[0]!.length).toBeGreaterThan(10);
    expect(written).toEqual([written[0], written[0], written[0]]);
  });

  test("a run that is resumed ends with the same weights", async () => {
    const halfway = learned.of("checkpoint")[0]!.file.path;
    const resumed = await run(await specOf(settings, halfway));
    const [one, other] = await Promise.all(
      [path, resumed.of("checkpoint").at(-1)!.file.path].map(async (file) => readCheckpoint(file)),
    );
    for (const [name, { data }] of one!.tensors) expect(other!.tensors.get(name)!.data).toEqual(data);
    expect(other!.description.taskDescription).toEqual(one!.description.taskDescription);
  });

  test("a prediction tells the tokens of its input, and a name for each", async () => {
    const predictor = createPredictor(await readCheckpoint(path));
    const [told] = predictor.predict({ inputs: ["Die Katze"], initialState: null, include: [] });
    predictor.dispose();
    expect(told!.outputs).toHaveLength(told!.tokens!.length);
    expect(told!.tokens!.map((id) => predictor.vocabulary![id]).join("")).toBe("Die Katze");
    expect(predictor.vocabulary).toHaveLength(size);
  });

  test("is served with its vocabulary", async () => {
    const model = await loadModel(path);
    expect(model).toMatchObject({ task: "text", vocabulary: { kind, size } });
    model.dispose();
  });
});
