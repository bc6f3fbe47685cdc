import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Model } from "../../src/schemas/models.ts";
import { collect } from "./collect.ts";
import { sampleText } from "./sample-text.ts";
import { ServerProcess } from "./server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.create({ UNROLL_TRAINING_SLOTS: "1" });
  await server.upload("/v1/datasets", { name: "sentences", kind: "text" }, sampleText(10_000));
});
afterAll(() => server?.remove());

async function submit(name: string): Promise<Job> {
  await server.post<Model>("/v1/models", { name, task: "text", architecture: { cell: "simple_rnn", units: 16 } });
  const training = { steps: 1_000_000, batch_size: 8, sequence_length: 16, checkpoint_every: 100_000 };
  return server.post<Job>("/v1/jobs", { model: name, dataset: "sentences", training });
}

const events = (job: Job, last?: (event: JobEvent) => boolean) =>
  collect<JobEvent>(`${server.url}/v1/jobs/${job.id}/events`, last === undefined ? {} : { last });

test("jobs wait in line, move up, and end when they are cancelled, running or not", async () => {
  const [first, second, third] = [await submit("one"), await submit("two"), await submit("three")];
  await events(first, (event) => event.type === "step-end");
  expect(await server.get(`/v1/jobs/${first.id}`)).toMatchObject({ status: "running", queue_position: null });
  expect(await server.get(`/v1/jobs/${second.id}`)).toMatchObject({ status: "queued", queue_position: 1 });
  expect(await server.get(`/v1/jobs/${third.id}`)).toMatchObject({ status: "queued", queue_position: 2 });

  await server.post(`/v1/jobs/${second.id}/cancel`);
  expect(await server.get(`/v1/jobs/${second.id}`)).toMatchObject({ status: "cancelled" });
  expect(await server.get(`/v1/jobs/${third.id}`)).toMatchObject({ queue_position: 1 });

  await server.post(`/v1/jobs/${first.id}/cancel`);
  expect((await events(first)).at(-1)).toMatchObject({ type: "job-end", status: "cancelled" });
  await events(third, (event) => event.type === "step-end");
  expect(await server.get(`/v1/jobs/${third.id}`)).toMatchObject({ status: "running" });
  await server.post(`/v1/jobs/${third.id}/cancel`);
  expect((await events(third)).at(-1)).toMatchObject({ type: "job-end", status: "cancelled" });
});

test("a paused job waits with its weights and goes on where it stood", async () => {
  const job = await submit("four");
  await events(job, (event) => event.type === "step-end");
  await server.post(`/v1/jobs/${job.id}/pause`);
  const [paused] = (await events(job, (event) => event.type === "job-paused")).slice(-1);
  await server.post(`/v1/jobs/${job.id}/resume`);
  const told = await events(job, (event) => event.type === "job-start" && event.attempt === 2);
  expect(told.at(-1)).toMatchObject({
    type: "job-start",
    step: paused.type === "job-paused" ? paused.step : Number.NaN,
  });
  await server.post(`/v1/jobs/${job.id}/cancel`);
});

test("SIGTERM lets the running job write a checkpoint, and the next start goes on from it", async () => {
  const job = await submit("five");
  await events(job, (event) => event.type === "step-end");
  expect(await server.end("SIGTERM")).toBe(0);
  await server.start({ UNROLL_TRAINING_SLOTS: "1" });
  const told = await events(job, (event) => event.type === "job-start" && event.attempt === 2);
  const checkpoint = told.find((event) => event.type === "checkpoint");
  expect(told.at(-1)).toMatchObject({ type: "job-start", step: checkpoint?.step });
  await server.post(`/v1/jobs/${job.id}/cancel`);
});
