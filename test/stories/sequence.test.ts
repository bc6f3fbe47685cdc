import { afterAll, beforeAll, expect, test } from "vitest";
import type { Dataset, Sequence } from "../../src/schemas/datasets.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Model } from "../../src/schemas/models.ts";
import type { Prediction } from "../../src/schemas/prediction.ts";
import { expectPicture, textsOf } from "../pictures/expect-picture.ts";
import { collect } from "./collect.ts";
import { ServerProcess } from "./server-process.ts";

const symbols = 4;
const length = 5;
let server: ServerProcess;
let events: JobEvent[];

const oneHot = (symbol: number) => Array.from({ length: symbols }, (_, column) => Number(column === symbol));

/** Sequences of 3 to 5 symbols; the class of each step is the symbol as far from the other end. */
const reversals: Sequence[] = Array.from({ length: 600 }, (_, index) => {
  const given = Array.from({ length: 3 + (index % 3) }, (_, step) =>
    Math.floor(Math.abs(Math.sin(index * 12.9898 + step * 78.233) * 43758.5453) % symbols),
  );
  return { inputs: given.map(oneHot), targets: given.toReversed().map((symbol) => [symbol]) };
});

beforeAll(async () => {
  server = await ServerProcess.create();
  await server.post("/v1/datasets", { name: "reversals", kind: "sequence", sequences: reversals });
  await server.post<Model>("/v1/models", {
    name: "reverser",
    task: "sequence",
    architecture: { cell: "gru", units: 24, bidirectional: true, attention: "dot" },
    sequence: { input_size: symbols, output_size: symbols, loss: "cross_entropy" },
  });
  const training = { steps: 300, learning_rate: 0.01, checkpoint_every: 150, sample_every: 150, seed: 1 };
  const job = await server.post<Job>("/v1/jobs", { model: "reverser", dataset: "reversals", training });
  events = await collect<JobEvent>(`${server.url}/v1/jobs/${job.id}/events`);
});
afterAll(() => server?.remove());

async function picture(path: string, body?: unknown): Promise<string> {
  const headers = { accept: "image/svg+xml", "content-type": "application/json" };
  const asked = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(server.url + path, asked);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/svg+xml; charset=utf-8"]);
  return response.text();
}

test("both directions learn to say a sequence backwards", async () => {
  expect(events.at(-1)).toMatchObject({ type: "job-end", status: "succeeded" });
  const { metrics, parameter_count: parameters } = await server.get<Model>("/v1/models/reverser");
  expect(metrics.accuracy).toBeGreaterThan(0.95);
  expect(metrics.baseline_accuracy).toBeLessThan(0.4);
  expect(parameters).toBeGreaterThan(1000);
  expect((await server.get<Dataset>("/v1/datasets/reversals")).summary).toMatchObject({ shortest: 3, longest: length });
  expect(events.findLast((event) => event.type === "sample")?.sequence?.targets.length).toBeGreaterThanOrEqual(3);
});

test("a prediction names the classes, and shows where it looked", async () => {
  const inputs = [[0, 1, 2, 3, 1].map(oneHot), [3, 0, 1].map(oneHot)];
  const include = ["attention", "hidden_states", "gates"];
  const { outputs, meaning } = await server.post<Prediction>("/v1/models/reverser/predict", { inputs, include });
  expect(meaning).toBe("probabilities");
  expect(outputs.map(({ classes }) => classes)).toEqual([
    [1, 3, 2, 1, 0],
    [1, 0, 3],
  ]);
  expect(outputs[0].attention).toHaveLength(length);
  expect(Object.keys(outputs[0].gates?.[1]?.gates ?? {})).toEqual(["update", "reset", "candidate"]);
});

test("the run, the network and its attention are pictures", async () => {
  const job = events[0].job;
  const loss = await picture(`/v1/jobs/${job}/loss.svg?scale=log`);
  const diagram = await picture("/v1/models/reverser/diagram.svg");
  const inputs = [[0, 1, 2, 3, 1].map(oneHot)];
  const attention = await picture("/v1/models/reverser/predict", { inputs });
  for (const svg of [loss, diagram, attention]) expectPicture(svg);
  expect(textsOf(loss)).toContain("loss, nats per step");
  expect(textsOf(diagram)).toEqual(expect.arrayContaining(["GRU →", "← GRU", "Attention, dot", "[batch, time, 48]"]));
  expect(textsOf(attention)).toContain("Attention of reverser");
});
