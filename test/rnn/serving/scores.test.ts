import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { writeCheckpoint } from "../../../src/rnn/checkpoint.ts";
import { loadModel, loadPredictor } from "../../../src/rnn/serving/load-model.ts";
import { LoadedModels } from "../../../src/rnn/serving/loaded-models.ts";
import { Scores } from "../../../src/rnn/serving/scores.ts";
import { TextStreams } from "../../../src/rnn/serving/text-streams.ts";
import { TextTurns } from "../../../src/rnn/serving/text-turns.ts";
import type { TokenLikelihood } from "../../../src/schemas/decoding.ts";
import { plainSampling } from "../../plain-sampling.ts";
import { randomTextCheckpoint } from "./random-text-checkpoint.ts";

const characters = [..."\nabcdefgé😀"];
const text = "deaf😀cab\ncafé".repeat(30);

test.each([
  ["lstm", { cell: "lstm", layers: 2 }],
  ["gru with an embedding", { cell: "gru", embedding_size: 4 }],
] as const)("a score is what the hidden states say, and what generating told: %s", async (_, shape) => {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-scores-"));
  const file = path.join(folder, "model.safetensors");
  const contents = randomTextCheckpoint(shape, characters);
  await writeCheckpoint(file, contents);
  const models = new LoadedModels((from) => loadModel(from), { count: 8, bytes: 2 ** 20 });
  const turns = new TextTurns();
  const scores = new Scores(models, turns);

  // By hand: the highest layer's hidden states, which predict shows, and the head's weights.
  const predictor = await loadPredictor(file);
  const asked = { inputs: [`\n${text}`], initialState: null, include: ["hidden_states" as const] };
  const { hidden } = predictor.predict(asked)[0]!.hidden_states!.at(-1)!;
  predictor.dispose();
  const kernel = contents.tensors.get("model/head/kernel")!.data as Float32Array;
  const bias = contents.tensors.get("model/head/bias")!.data as Float32Array;
  const expected = [...text].map((character, step) => {
    const logits = [...bias].map((value, token) => {
      return hidden[step]!.reduce((sum, unit, row) => sum + unit * kernel[row * characters.length + token]!, value);
    });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return logits[characters.indexOf(character)]! - Math.log(total);
  });
  const { score } = await scores.answer(file, { text, prompt: "", logprobs: 2 });
  expect(score.logprobs.map(({ text: each }) => each).join("")).toBe(text);
  for (const [place, { log_probability, top }] of score.logprobs.entries()) {
    expect(log_probability).toBeCloseTo(expected[place]!, 4);
    expect(top[0]!.log_probability).toBeGreaterThanOrEqual(Math.max(log_probability, top[1]!.log_probability));
  }
  const total = expected.reduce((sum, value) => sum + value, 0);
  expect(score.log_probability).toBeCloseTo(total, 2);
  expect(score.characters).toBe(expected.length);
  expect(score.bits_per_character).toBeCloseTo(-total / Math.LN2 / expected.length, 4);
  expect(score.perplexity).toBeCloseTo(Math.exp(-total / expected.length), 3);
  expect(score.usage).toEqual({ prompt_tokens: 0, scored_tokens: expected.length });

  // What was written, with a stop string and whatever filters, told the same as its score.
  const written = { text: "", told: [] as TokenLikelihood[] };
  await new Promise<void>((resolve, reject) => {
    const streams = new TextStreams(
      { models, turns },
      {
        started: () => undefined,
        delta: (_, delta) => {
          written.text += delta.text;
          written.told.push(...delta.logprobs!);
        },
        ended: () => resolve(),
        failed: (_, error) => reject(error),
      },
    );
    const parameters = { ...plainSampling, prompt: "cab", max_tokens: 500, temperature: 0.8, top_p: 0.9, logprobs: 2 };
    void streams.open(1, file, {
      parameters: { ...parameters, stop: ["dead", "fade"], logit_bias: { g: -1 }, seed: 3 },
      session: null,
    });
  });
  expect(written.told.map(({ text: each }) => each).join("")).toBe(written.text);
  const again = await scores.answer(file, { text: written.text, prompt: "cab", logprobs: 2 });
  const sum = written.told.reduce((before, { log_probability }) => before + log_probability, 0);
  expect(again.score.log_probability).toBeCloseTo(sum, 4);
  expect(again.score.usage.prompt_tokens).toBe(3);
  await expect(scores.answer(file, { text: "cabbage!", prompt: "", logprobs: 0 })).rejects.toMatchObject({
    code: "prompt_characters_unknown",
    errors: [{ pointer: "/text", value: "!" }],
  });
  models.unload(file);
  await rm(folder, { recursive: true });
});
