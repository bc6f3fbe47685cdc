import { afterAll, beforeAll, expect, test } from "vitest";
import type { Dataset } from "../../src/schemas/datasets.ts";
import type { Generation, TextEvent } from "../../src/schemas/generation.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { ModelCard } from "../../src/schemas/model-card.ts";
import type { Model } from "../../src/schemas/models.ts";
import type { Tokenizer } from "../../src/schemas/tokenizer.ts";
import { collect } from "./collect.ts";
import { ServerProcess } from "./server-process.ts";
import { sseData } from "./sse-data.ts";

const lines = [
  "Die Katze 🐈 mag 👩‍👩‍👧",
  "Ein Käfer 🐞 trinkt cafe\u0301",
  "猫は東京が好き 🇯🇵",
  "The owl 🦉 hears the sea",
];
const text = Array.from({ length: 400 }, (_, index) => `${lines[(index * 7 + (index >> 3)) % 4]}.\n`).join("");
const signs = new Intl.Segmenter("und", { granularity: "grapheme" });

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.create();
  await server.upload<Dataset>("/v1/datasets", { name: "emoji", kind: "text" }, text);
});
afterAll(() => server?.remove());

async function trained(vocabulary: string): Promise<Model> {
  const name = `writes-${vocabulary}`;
  const model = { name, task: "text", architecture: { units: 48 }, text: { vocabulary } };
  await server.post<Model>("/v1/models", model);
  const training = { steps: 120, batch_size: 16, sequence_length: 24, learning_rate: 0.02, seed: 3, sample_every: 60 };
  const { id } = await server.post<Job>("/v1/jobs", { model: name, dataset: "emoji", training });
  const job = await server.get<Job>(`/v1/jobs/${id}?wait_ms=60000`);
  expect(job).toMatchObject({ status: "succeeded" });
  return server.get<Model>(`/v1/models/${name}`);
}

test.each(["byte", "word", "bpe"])(
  "%s: from the data to a stream of whole signs",
  async (vocabulary) => {
    const { name } = await trained(vocabulary);
    const path = `/v1/models/${name}/generate`;
    const request = { prompt: "Die Katze 🐈", max_tokens: 150, temperature: 0.7, seed: 11 };
    const json = await server.post<Generation>(path, request);
    expect(json.usage.completion_tokens).toBe(150);
    expect(json.text).toMatch(/🐞|👩‍👩‍👧|🇯🇵|猫|cafe|owl/u);

    const body = JSON.stringify({ ...request, stream: true });
    const headers = { "content-type": "application/json" };
    const streamed = await fetch(server.url + path, { method: "POST", headers, body });
    const frames = await collect<TextEvent>(server.url + path, {
      first: { type: "generate", ...request },
      last: (frame) => frame.type === "text-end",
    });
    const whole = Array.from(signs.segment(json.text), ({ segment }) => segment);
    for (const events of [sseData<TextEvent>(await streamed.text()), frames]) {
      const deltas = events.flatMap((event) => (event.type === "text-delta" ? [event] : []));
      expect(deltas.map((delta) => delta.text).join("")).toBe(json.text);
      // Every delta ends where a sign ends, and its index counts the characters before it.
      expect(deltas.flatMap((delta) => Array.from(signs.segment(delta.text), ({ segment }) => segment))).toEqual(whole);
      let characters = 0;
      for (const delta of deltas) {
        expect(delta.index).toBe(characters);
        characters += [...delta.text].length;
      }
    }
    const stopped = await server.post<Generation>(path, { ...request, stop: [".\n"] });
    expect(stopped.finish_reason).toBe("stop");
    expect(json.text.startsWith(`${stopped.text}.\n`)).toBe(true);

    const { model } = await server.get<Tokenizer>(`/v1/models/${name}/tokenizer.json`);
    expect(Object.keys(model.vocab).length).toBeGreaterThanOrEqual(256);
    expect(model.merges.length > 0).toBe(vocabulary === "bpe");
    const card = await server.get<ModelCard>(`/v1/models/${name}/card`);
    expect(card.text?.vocabulary).toBe(vocabulary);
    expect(card.baselines.map((baseline) => baseline.name)).toContain("ngram_6");
    expect(card.metrics.bits_per_character!).toBeLessThan(card.baselines[0]!.metrics.bits_per_character!);
  },
  90_000,
);
