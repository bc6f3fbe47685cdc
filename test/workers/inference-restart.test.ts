import { describe, expect, it, onTestFinished } from "vitest";
import { createInferencePool } from "../../src/workers/create-inference-pool.ts";
import type { TextPart } from "../../src/workers/inference-pool.ts";
import { architectureOf } from "../architecture.ts";
import { plainSampling } from "../plain-sampling.ts";
import { recordingLogger } from "./recording-logger.ts";

const parameters = {
  ...plainSampling,
  prompt: "",
  max_tokens: 9,
  temperature: 1,
  top_k: null,
  top_p: 1,
  min_p: 0,
  repetition_penalty: 1,
  stop: [],
  seed: 1,
};
const checkpoint = { id: "ckp", path: "/nowhere" };
const architecture = architectureOf({ cell: "gru", units: 1 });
const model = { task: "text", architecture, forecast: null, sequence: null, vocabularySize: 1 } as const;

function open(thread: string, backOff = { firstMs: 1, mostMs: 4 }) {
  const { logger, lines } = recordingLogger();
  const entry = new URL(`./fixtures/${thread}.mjs`, import.meta.url);
  const pool = createInferencePool({ logger, entry, backOff });
  onTestFinished(() => pool.close());
  const generate = (prompt: string) => {
    const signal = new AbortController().signal;
    return pool.generate({ checkpoint, parameters: { ...parameters, prompt }, signal });
  };
  return { pool, lines, generate };
}

describe("a thread that dies", () => {
  it("breaks off what it was doing, and comes back", async () => {
    const { pool, lines, generate } = open("dying-inference-thread");
    const backend = { level: "javascript", version: "0", precisions: ["fp32"], reason: null };
    expect(pool.backend()).toBeNull();
    expect(await pool.ready()).toEqual(backend);
    expect(pool.backend()).toEqual(backend);

    const [one, other] = await Promise.all([generate("live"), generate("die")]);
    const parts: TextPart[] = [];
    const readAll = async () => {
      for await (const part of one) parts.push(part);
    };
    await expect(readAll()).rejects.toMatchObject({ code: "inference_unavailable", status: 503, retryAfterSeconds: 1 });
    expect(parts).toEqual([{ type: "delta", text: "to be", index: 0 }]);
    const rest = other[Symbol.asyncIterator]();
    expect((await rest.next()).value).toMatchObject({ text: "to be" });
    await expect(rest.next()).rejects.toMatchObject({ code: "inference_unavailable" });
    expect((await rest.next()).done).toBe(true);
    expect(pool.openStreams()).toBe(0);

    expect(await pool.ready()).toEqual(backend);
    expect(await pool.describe(model)).toBe(1); // the first request of a new thread
    expect(lines).toContainEqual({ level: "info", fields: { thread: "inference-thread" }, message: "a last word" });
    expect(lines.find(({ level }) => level === "error")?.fields).toMatchObject({
      err: expect.objectContaining({ message: "the rest is silence" }),
    });
  });

  it("answers requests with 503 and when to come again, until it is back", async () => {
    const { pool, generate } = open("dying-inference-thread", { firstMs: 20_000, mostMs: 20_000 });
    const parts = (await generate("die"))[Symbol.asyncIterator]();
    await parts.next();
    await expect(parts.next()).rejects.toMatchObject({ code: "inference_unavailable" });
    const unavailable = { code: "inference_unavailable", retryAfterSeconds: 20 };
    await expect(generate("live")).rejects.toMatchObject(unavailable);
    await expect(pool.describe(model)).rejects.toMatchObject(unavailable);
    expect(pool.backend()).toBeNull();
    expect(pool.openStreams()).toBe(0);
  });
});

it("says so when the thread cannot start, and goes on trying, each time after a longer pause", async () => {
  const { pool, lines } = open("stillborn-inference-thread");
  const failures: unknown[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) failures.push(await pool.ready().catch((error: unknown) => error));
  for (const failure of failures) {
    expect(failure).toMatchObject({
      code: "inference_unavailable",
      cause: expect.objectContaining({ message: "no library here" }),
    });
  }
  const pauses = lines.filter(({ level }) => level === "error").map(({ fields }) => fields);
  expect(pauses.slice(0, 4)).toMatchObject([
    { restart_ms: 1 },
    { restart_ms: 2 },
    { restart_ms: 4 },
    { restart_ms: 4 },
  ]);
});

describe("close", () => {
  it("takes no more requests, and fails those that wait", async () => {
    const { pool, generate } = open("stillborn-inference-thread", { firstMs: 20_000, mostMs: 20_000 });
    const ready = pool.ready().catch((error: unknown) => error);
    const waiting = generate("live").catch((error: unknown) => error);
    expect(await ready).toMatchObject({ code: "inference_unavailable" });
    expect(await waiting).toMatchObject({ code: "inference_unavailable" });
    const later = pool.ready().catch((error: unknown) => error);
    await Promise.all([pool.close(), pool.close()]);
    expect(await later).toMatchObject({ code: "server_draining" });
    await expect(generate("live")).rejects.toMatchObject({ code: "server_draining", status: 503 });
    await expect(pool.ready()).rejects.toMatchObject({ code: "server_draining" });
    await pool.close();
  });
});
