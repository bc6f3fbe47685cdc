import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Generation } from "../../src/schemas/generation.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Session, SessionForecast, SessionState } from "../../src/schemas/sessions.ts";
import { sampleText } from "./sample-text.ts";
import { ServerProcess } from "./server-process.ts";

/** Two years and a half of days, which repeat by the week. */
const days = Array.from({ length: 900 }, (_, day) => 100 + (day % 7) * 5 + Math.round(8 * Math.sin(day * 1.3)));
const known = days.slice(0, 400);
const time = (day: number) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
const copies: string[] = [];
let server: ServerProcess;

async function train(kind: "text" | "series", content: string, model: object, training: object): Promise<void> {
  const task = kind === "text" ? "text" : "forecast";
  await server.upload("/v1/datasets", { name: kind, kind }, content);
  await server.post("/v1/models", { name: task, task, ...model });
  const { id } = await server.post<Job>("/v1/jobs", { model: task, dataset: kind, training });
  expect(await server.get<Job>(`/v1/jobs/${id}?wait_ms=60000`)).toMatchObject({ status: "succeeded" });
}

beforeAll(async () => {
  server = await ServerProcess.create();
  const written = { steps: 60, batch_size: 16, sequence_length: 24, learning_rate: 0.02, seed: 3 };
  await train("text", sampleText(6000), { architecture: { cell: "lstm", units: 24, layers: 2 } }, written);
  const rows = days.map((value, day) => `${time(day)},${value}`);
  const seen = { steps: 60, batch_size: 32, seed: 1 };
  const forecast = { horizon: 5, head_units: 8 };
  await train("series", ["timestamp,target", ...rows].join("\n"), { architecture: { units: 8 }, forecast }, seen);
});
afterAll(async () => {
  await server?.remove();
  for (const folder of copies) await rm(folder, { recursive: true, force: true });
});

const begin = (on: ServerProcess, body: object) => on.post<Session>("/v1/sessions", body);
const write = async (on: ServerProcess, id: string, body: object) =>
  (await on.post<Generation>(`/v1/sessions/${id}/generate`, { temperature: 0.9, ...body })).text;
const observe = (on: ServerProcess, id: string, body: object) =>
  on.post<SessionForecast>(`/v1/sessions/${id}/observe`, body);
const stateOf = (on: ServerProcess, id: string) => on.get<SessionState>(`/v1/sessions/${id}/state`);

async function put(on: ServerProcess, id: string, state: SessionState): Promise<Session> {
  const headers = { "content-type": "application/json" };
  const request = { method: "PUT", headers, body: JSON.stringify(state) };
  const response = await fetch(`${on.url}/v1/sessions/${id}/state`, request);
  expect(response.status).toBe(200);
  return (await response.json()) as Session;
}

const series = { start: time(0), frequency: "d", target: known };

test("a server that is killed between two calls goes on as if nothing had been", async () => {
  const whole = await begin(server, { model: "text", seed: 5 });
  const unbroken = await write(server, whole.id, { prompt: "the ", max_tokens: 120 });
  const text = await begin(server, { model: "text", seed: 5 });
  const watch = await begin(server, { model: "forecast", series });
  const first = await write(server, text.id, { prompt: "the ", max_tokens: 50 });
  const told = await observe(server, watch.id, { target: days[400] });
  await server.end("SIGKILL");
  await server.start();
  expect(await server.get<Session>(`/v1/sessions/${text.id}`)).toMatchObject({ length: 54, seed: 5 });
  expect(first + (await write(server, text.id, { max_tokens: 70 }))).toBe(unbroken);
  expect(told).toMatchObject({ length: 401, missing: 0, horizon: 5 });
  const inputs = [{ ...series, target: days.slice(0, 402) }];
  const { outputs } = await server.post<{ outputs: unknown[] }>("/v1/models/forecast/forecast", { inputs });
  expect((await observe(server, watch.id, { target: days[401] })).forecast).toEqual(outputs[0]);
});

test("a state goes on elsewhere with the same numbers, and a fork by itself", async () => {
  const text = await begin(server, { model: "text", seed: 8 });
  await write(server, text.id, { prompt: "my ", max_tokens: 30 });
  const watch = await begin(server, { model: "forecast", series });
  await observe(server, watch.id, { target: 117 });
  await server.end("SIGTERM");
  const folder = await mkdtemp(join(tmpdir(), "unroll-story-"));
  copies.push(folder);
  await cp(server.dataFolder, folder, { recursive: true });
  await server.start();
  const elsewhere = await ServerProcess.create({ UNROLL_DATA_DIR: folder });
  try {
    const there = await begin(elsewhere, { model: "text", seed: 1 });
    const moved = await put(elsewhere, there.id, await stateOf(server, text.id));
    expect(moved).toMatchObject({ length: 33, seed: 8 });
    const fork = await server.post<Session>(`/v1/sessions/${text.id}/fork`);
    const next = await write(server, text.id, { max_tokens: 60 });
    expect(await write(elsewhere, there.id, { max_tokens: 60 })).toBe(next);
    expect(await write(server, fork.id, { max_tokens: 60 })).toBe(next);
    expect(await stateOf(elsewhere, there.id)).toEqual(await stateOf(server, text.id));
    expect(await write(server, fork.id, { prompt: "cat ", max_tokens: 30 })).toHaveLength(30);
    expect(await stateOf(elsewhere, there.id)).toEqual(await stateOf(server, text.id)); // a fork moves on alone

    const carried = await begin(elsewhere, { model: "forecast", state: await stateOf(server, watch.id) });
    expect(carried).toMatchObject({ task: "forecast", length: 401 });
    const observations = [{ target: 119 }, { target: 121, timestamp: time(404) }];
    const here = await observe(server, watch.id, { observations, quantiles: [0.2, 0.5] });
    const again = await observe(elsewhere, carried.id, { observations, quantiles: [0.2, 0.5] });
    expect(here.forecast).toMatchObject({ timestamps: [405, 406, 407, 408, 409].map(time) });
    expect(again.forecast).toEqual(here.forecast);
    expect(await stateOf(elsewhere, carried.id)).toEqual(await stateOf(server, watch.id));
  } finally {
    await elsewhere.remove();
  }
});
