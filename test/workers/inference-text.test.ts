import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCheckpoint } from "../../src/rnn/checkpoint.ts";
import type { ForecastOutput } from "../../src/schemas/forecast.ts";
import type { SamplingParameters } from "../../src/schemas/generation.ts";
import { createInferencePool } from "../../src/workers/create-inference-pool.ts";
import type { CheckpointReference, InferencePool, TextPart } from "../../src/workers/inference-pool.ts";
import { architectureOf } from "../architecture.ts";
import { plainSampling } from "../plain-sampling.ts";
import { randomForecastCheckpoint } from "../rnn/serving/random-forecast-checkpoint.ts";
import { randomTextCheckpoint } from "../rnn/serving/random-text-checkpoint.ts";
import { recordingLogger } from "./recording-logger.ts";

const letters = [..."\n abcdefghijklmnopqrstuvwxyz"];
const emoji = [..."a😀🎈𝒜é"];
const sampling: SamplingParameters = {
  ...plainSampling,
  prompt: "the ",
  max_tokens: 300,
  temperature: 1,
  top_k: null,
  top_p: 1,
  min_p: 0,
  repetition_penalty: 1,
  stop: [],
  seed: 1,
};

let folder: string;
let pool: InferencePool;
let small: CheckpointReference;
let slow: CheckpointReference;
let pictures: CheckpointReference;

async function checkpoint(
  id: string,
  ...content: Parameters<typeof randomTextCheckpoint>
): Promise<CheckpointReference> {
  const filePath = path.join(folder, `${id}.safetensors`);
  await writeCheckpoint(filePath, randomTextCheckpoint(...content));
  return { id, path: filePath };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unroll-inference-"));
  small = await checkpoint("small", { units: 24, layers: 2 }, letters);
  slow = await checkpoint("slow", { units: 256, layers: 2 }, letters);
  pictures = await checkpoint("pictures", { cell: "gru", embedding_size: 3 }, emoji);
  pool = createInferencePool({ logger: recordingLogger().logger });
  await pool.ready();
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

function start(
  model: CheckpointReference,
  changes: Partial<SamplingParameters> = {},
  signal = new AbortController().signal,
) {
  return pool.generate({ checkpoint: model, parameters: { ...sampling, ...changes }, signal });
}

interface Read {
  text: string;
  deltas: Extract<TextPart, { type: "delta" }>[];
  end: Extract<TextPart, { type: "end" }>;
}

async function read(parts: AsyncIterable<TextPart>): Promise<Read> {
  const deltas: Read["deltas"] = [];
  for await (const part of parts) {
    if (part.type === "end") return { text: deltas.map(({ text }) => text).join(""), deltas, end: part };
    deltas.push(part);
  }
  throw new Error("the stream ended without its end");
}

const write = async (...request: Parameters<typeof start>) => read(await start(...request));
const noneOpen = () => expect.poll(() => pool.openStreams()).toBe(0);

describe("a stream of text", () => {
  it("writes max_tokens characters in numbered deltas, and accounts for itself", async () => {
    const startMs = performance.now();
    const { text, deltas, end } = await write(small);
    const durationMs = performance.now() - startMs;
    expect(text).toHaveLength(300);
    expect(deltas[0]).toMatchObject({ index: 0 });
    expect(deltas[0]!.text).toHaveLength(1);
    let index = 0;
    for (const delta of deltas) {
      expect(delta.index).toBe(index);
      index += delta.text.length;
    }
    expect(end).toMatchObject({ finishReason: "length", promptTokens: 4, completionTokens: 300 });
    expect(end.timings.compute_ms).toBeGreaterThan(0);
    expect(deltas.length).toBeLessThanOrEqual(2 + 300 / 64 + durationMs / 15);
  });

  it("gives the same text for the same seed, alone and while eight others stream", async () => {
    const alone = await write(small);
    const signal = new AbortController();
    const others = Array.from({ length: 8 }, (_, index) => {
      return write(index % 2 === 0 ? small : slow, { seed: 100 + index, max_tokens: 2000 }, signal.signal);
    });
    const among = await Promise.all([write(small), write(small), write(small, { seed: 2 })]);
    signal.abort();
    expect(among[0].text).toBe(alone.text);
    expect(among[1].text).toBe(alone.text);
    expect(among[2].text).not.toBe(alone.text);
    await Promise.all(others);
  });

  it("writes whole characters only", async () => {
    const { deltas, text } = await write(pictures, { prompt: "a😀", max_tokens: 500 });
    for (const delta of deltas) expect(delta.text).not.toMatch(/\p{Surrogate}/u);
    expect([...text]).toHaveLength(500);
    expect(text).toMatch(/😀/u);
    let index = 0;
    for (const delta of deltas) {
      expect(delta.index).toBe(index);
      index += [...delta.text].length;
    }
  });

  it("ends before a stop string, wherever the deltas part", async () => {
    const whole = (await write(small, { max_tokens: 1000 })).text;
    for (const from of [0, 1, 63, 64, 65, 130, 700]) {
      const stop = whole.slice(from, from + 12);
      const { text, end } = await write(small, { max_tokens: 1000, stop: ["@@", stop] });
      expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
      expect(end).toMatchObject({ finishReason: "stop", completionTokens: text.length + 12 });
    }
  });

  it("starts without a prompt", async () => {
    const { text, end } = await write(small, { prompt: "", max_tokens: 20 });
    expect(text).toHaveLength(20);
    expect(end.promptTokens).toBe(0);
  });

  it("reads a long prompt without keeping others waiting", async () => {
    const long = write(slow, { prompt: "lorem ipsum ".repeat(250), max_tokens: 5 });
    const short = write(small, { max_tokens: 5 });
    const first = await Promise.race([long.then(() => "long"), short.then(() => "short")]);
    expect(first).toBe("short");
    expect((await long).end.promptTokens).toBe(3000);
  });
});

describe("a request that cannot be", () => {
  it("names the characters of the prompt that the model does not know", async () => {
    await expect(start(small, { prompt: "the ÆÐ" })).rejects.toMatchObject({
      code: "prompt_characters_unknown",
      status: 422,
      errors: [
        expect.objectContaining({ pointer: "/prompt", value: "Æ" }),
        expect.objectContaining({ pointer: "/prompt", value: "Ð" }),
      ],
    });
    await noneOpen();
  });

  it("says that a checkpoint's file is gone", async () => {
    const gone = { id: "gone", path: path.join(folder, "gone.safetensors") };
    await expect(start(gone)).rejects.toMatchObject({ code: "checkpoint_not_found", status: 404 });
    await expect(
      pool.forecast({ checkpoint: gone, inputs: [{ target: [1, 2] }], horizon: null, quantiles: null }),
    ).rejects.toMatchObject({ code: "checkpoint_not_found" });
  });

  it("refuses to forecast with a model of text", async () => {
    const request = { checkpoint: small, inputs: [{ target: [1, 2] }], horizon: null, quantiles: null };
    await expect(pool.forecast(request)).rejects.toMatchObject({ code: "model_task_mismatch" });
  });
});

describe("a reader", () => {
  it("that aborts gets the end, and what was written by then", async () => {
    const abort = new AbortController();
    const parts = await start(slow, { max_tokens: 100_000 }, abort.signal);
    let characters = 0;
    let last: TextPart | undefined;
    for await (const part of parts) {
      last = part;
      if (part.type === "delta") characters += part.text.length;
      if (characters > 200) abort.abort();
    }
    expect(last).toMatchObject({ type: "end", finishReason: "cancelled", completionTokens: characters });
    expect(characters).toBeLessThan(8000);
    expect(pool.openStreams()).toBe(0);
  });

  it("that aborts before or while the model loads gets the end too", async () => {
    const { end } = await write(small, {}, AbortSignal.abort());
    expect(end).toMatchObject({ finishReason: "cancelled", completionTokens: 0 });
    const fresh = await checkpoint("fresh", { units: 100, layers: 2 }, letters);
    const abort = new AbortController();
    const loading = write(fresh, { max_tokens: 100_000 }, abort.signal);
    abort.abort();
    const { text, end: cancelled } = await loading;
    expect(cancelled).toMatchObject({ finishReason: "cancelled", completionTokens: text.length });
  });

  it("that leaves the loop frees its stream", async () => {
    for await (const part of await start(small, { max_tokens: 100_000 })) {
      if (part.type === "delta") break;
    }
    expect(pool.openStreams()).toBe(0);
  });

  it("that is slow makes only its own stream wait, and misses nothing", async () => {
    const expected = (await write(small, { max_tokens: 100_000 })).text;
    const idle = await start(small, { max_tokens: 100_000 });
    const busy = await write(small, { seed: 3, max_tokens: 20_000 });
    expect(busy.text).toHaveLength(20_000);
    await write(small, { seed: 4, max_tokens: 80_000 });
    expect(pool.openStreams()).toBe(1); // 100,000 characters of others later it still waits for its reader
    expect((await read(idle)).text).toBe(expected);
    expect(pool.openStreams()).toBe(0);
  });
});

it("ends open streams with all they wrote when it is closed", async () => {
  const closing = createInferencePool({ logger: recordingLogger().logger });
  const parameters = { ...sampling, max_tokens: 100_000 };
  const parts = await closing.generate({ checkpoint: small, parameters, signal: new AbortController().signal });
  const reading = read(parts);
  await closing.close();
  const { text, end } = await reading;
  expect(end).toMatchObject({ finishReason: "cancelled", completionTokens: text.length });
});

it("forecasts, and refuses what the model cannot give", async () => {
  const filePath = path.join(folder, "forecaster.safetensors");
  await writeCheckpoint(filePath, randomForecastCheckpoint());
  const forecaster = { id: "forecaster", path: filePath };
  const target = Array.from({ length: 36 }, (_, month) => 100 + month + 10 * Math.sin((Math.PI * month) / 6));
  const inputs = [{ id: "one", start: "2020-01-01", frequency: "mo", target }, { target }];
  const request = { checkpoint: forecaster, inputs, horizon: 3, quantiles: [0.1, 0.9] };
  const { horizon, series, timings, ...answer } = await pool.forecast(request);
  const outputs = JSON.parse(answer.outputs) as ForecastOutput[];
  expect([horizon, series]).toEqual([3, 2]);
  expect(outputs.map(({ id, mean }) => [id, mean.length])).toEqual([
    ["one", 3],
    [null, 3],
  ]);
  expect(Object.keys(outputs[0]!.quantiles)).toEqual(["0.1", "0.9"]);
  expect(outputs[0]!.timestamps?.[0]).toMatch(/^2023-01-01/);
  expect(timings.compute_ms).toBeGreaterThan(0);
  expect((await pool.forecast({ ...request, horizon: null, quantiles: null })).horizon).toBe(4);

  await expect(pool.forecast({ ...request, horizon: 5 })).rejects.toMatchObject({
    code: "validation_failed",
    errors: [expect.objectContaining({ pointer: "/horizon" })],
  });
  const short = { ...request, inputs: [{ target: [1, 2, 3] }] };
  await expect(pool.forecast(short)).rejects.toMatchObject({ code: "history_too_short" });
  await expect(start(forecaster)).rejects.toMatchObject({ code: "model_task_mismatch" });
});

it("frees everything: 1,000 short texts at a time and one after another", async () => {
  const counts = await Promise.all(
    Array.from({ length: 1000 }, async (_, seed) => {
      const { text } = await write(small, { seed, max_tokens: 5 });
      return text.length;
    }),
  );
  expect(counts.every((count) => count === 5)).toBe(true);
  expect(pool.openStreams()).toBe(0);
});

it("counts the parameters of a model that does not exist yet", async () => {
  const architecture = architectureOf({ units: 128, layers: 2 });
  const text = { task: "text", architecture, forecast: null, sequence: null } as const;
  // 65 * 512 + 128 * 512 + 512, 2 * 128 * 512 + 512, 128 * 65 + 65
  expect(await pool.describe({ ...text, vocabularySize: 65 })).toBe(99_328 + 131_584 + 8_385);
  expect(await pool.describe({ ...text, vocabularySize: null })).toBeNull();
});
