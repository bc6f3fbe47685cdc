import { afterAll, beforeAll, expect, test } from "vitest";
import type { Dataset } from "../../src/schemas/datasets.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Generation, TextEvent } from "../../src/schemas/generation.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Model } from "../../src/schemas/models.ts";
import type { TextScore as Score } from "../../src/schemas/score.ts";
import { collect } from "./collect.ts";
import { sampleText } from "./sample-text.ts";
import { ServerProcess } from "./server-process.ts";
import { sseData } from "./sse-data.ts";

const text = sampleText(20_000);
const vocabulary = new Set(text).size;
let server: ServerProcess;
let events: JobEvent[];
let job: Job;

beforeAll(async () => {
  server = await ServerProcess.create();
  await server.upload<Dataset>("/v1/datasets", { name: "sentences", kind: "text" }, text);
  const architecture = { cell: "lstm", units: 64, layers: 1 };
  await server.post<Model>("/v1/models", { name: "writer", task: "text", architecture });
  const training = {
    steps: 150,
    batch_size: 16,
    sequence_length: 32,
    learning_rate: 0.01,
    checkpoint_every: 50,
    sample_every: 50,
    seed: 7,
  };
  job = await server.post<Job>("/v1/jobs", { model: "writer", dataset: "sentences", training });
  events = await collect<JobEvent>(`${server.url}/v1/jobs/${job.id}/events`);
});
afterAll(() => server?.remove());

test("a run is told as one numbered story, from queued to its end", () => {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.slice(0, 2).map((event) => event.type)).toEqual(["job-queued", "job-start"]);
  expect(events.at(-1)).toMatchObject({ type: "job-end", status: "succeeded", error: null });
  expect([...new Set(events.map((event) => event.type))].sort()).toEqual(
    ["checkpoint", "epoch-end", "job-end", "job-queued", "job-start", "sample", "step-end"].sort(),
  );
});

test("the loss falls, and the samples come to look like the data", () => {
  const losses = events.filter((event) => event.type === "step-end").map((event) => event.loss);
  expect(losses[0]).toBeGreaterThan(2.5);
  expect(losses.at(-1)).toBeLessThan(1);
  const samples = events.filter((event) => event.type === "sample").map((event) => event.text);
  expect(samples).toHaveLength(3);
  expect(samples.at(-1)).toMatch(/\b(the|my|an?) (cat|dog|old man|sister|sea|owl)\b/);
});

test("who joins late, or comes back, is told the same story, whatever carries it", async () => {
  const path = `/v1/jobs/${job.id}/events`;
  expect(await collect<JobEvent>(`${server.url}${path}`)).toEqual(events);
  expect(await collect<JobEvent>(`${server.url}${path}?after=5`)).toEqual(events.slice(5));
  expect(await server.get(path)).toMatchObject({ data: events });
  const stream = await fetch(server.url + path, { headers: { accept: "text/event-stream", "last-event-id": "5" } });
  expect(sseData<JobEvent>(await stream.text())).toEqual(events.slice(5));
});

test("job and model say what came of it", async () => {
  const ended = await server.get<Job>(`/v1/jobs/${job.id}`);
  expect(ended).toMatchObject({ status: "succeeded", progress: { step: 150, steps: 150 } });
  const model = await server.get<Model>("/v1/models/writer");
  const lstm = 4 * 64 * (vocabulary + 64 + 1);
  expect(model).toMatchObject({ status: "ready", parameter_count: lstm + (64 + 1) * vocabulary });
  expect(model.versions).toHaveLength(1);
});

test("one seed writes one text: as JSON, as server-sent events and over a socket", async () => {
  const path = "/v1/models/writer/generate";
  const request = { prompt: "the ", max_tokens: 200, temperature: 0.8, top_p: 0.95, seed: 42 };
  const json = await server.post<Generation>(path, request);
  expect(json).toMatchObject({ finish_reason: "length", seed: 42 });
  expect(json.usage).toEqual({ prompt_tokens: 4, completion_tokens: 200 });
  expect(json.text).toHaveLength(200);

  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ ...request, stream: true });
  const streamed = await fetch(server.url + path, { method: "POST", headers, body });
  expect(joinText(sseData<TextEvent>(await streamed.text()))).toBe(json.text);

  const frames = await collect<TextEvent>(server.url + path, {
    first: { type: "generate", ...request },
    last: (frame) => frame.type === "text-end",
  });
  expect(joinText(frames)).toBe(json.text);
});

test("what a text was drawn from is what score says of it, and a pattern holds", async () => {
  const path = "/v1/models/writer/generate";
  const asked = { prompt: "the ", max_tokens: 40, seed: 3, logprobs: 2 };
  const drawn = await server.post<Generation>(path, asked);
  expect(drawn.logprobs!.map(({ text: each }) => each).join("")).toBe(drawn.text);
  const scored = await server.post<Score>("/v1/models/writer/score", {
    ...{ prompt: "the ", text: drawn.text, logprobs: 2 },
  });
  for (const [place, { token, log_probability, top }] of scored.logprobs.entries()) {
    expect(drawn.logprobs![place]!.token).toBe(token);
    expect(drawn.logprobs![place]!.log_probability).toBeCloseTo(log_probability, 4);
    expect(drawn.logprobs![place]!.top).toHaveLength(top.length);
  }
  const matched = await server.post<Generation>(path, { prompt: "the ", pattern: "(?:cat|dog|owl) [a-z]{3,5} my" });
  expect(matched).toMatchObject({
    text: expect.stringMatching(/^(?:cat|dog|owl) [a-z]{3,5} my$/),
    finish_reason: "stop",
  });
});

test("a beam search finds the likeliest text: as JSON, as server-sent events and over a socket", async () => {
  const path = "/v1/models/writer/generate";
  const request = { prompt: "the ", max_tokens: 30, stop: ["."], beams: 8, alternatives: 3, logprobs: 0 };
  const json = await server.post<Generation>(path, request);
  const { log_probability: sum, score, alternatives } = json.search!;
  expect(json.seed).toBeNull();
  expect(text).toContain(`the ${json.text}.`);
  expect(score).toBe(sum);
  expect(alternatives).toHaveLength(3);
  const scores = [score, ...alternatives.map((other) => other.score)];
  expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  const whole = json.text + (json.finish_reason === "stop" ? "." : "");
  const scored = await server.post<Score>("/v1/models/writer/score", { prompt: "the ", text: whole });
  expect(scored.log_probability).toBeCloseTo(sum, 3);

  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ ...request, stream: true });
  const streamed = await fetch(server.url + path, { method: "POST", headers, body });
  const told = sseData<TextEvent>(await streamed.text());
  expect(told.map(({ type }) => type)).toEqual(["text-start", "text-delta", "text-end"]);
  expect(told[1]).toMatchObject({ text: json.text, index: 0, logprobs: json.logprobs });
  expect(told[2]).toMatchObject({ search: json.search, usage: json.usage });

  const frames = await collect<TextEvent>(server.url + path, {
    first: { type: "generate", ...request },
    last: (frame) => frame.type === "text-end",
  });
  expect(joinText(frames)).toBe(json.text);
  expect(frames.at(-1)).toMatchObject({ search: json.search });
});

function joinText(textEvents: TextEvent[]): string {
  return textEvents.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}
