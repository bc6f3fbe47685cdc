import type { FastifyInstance } from "fastify";
import { describe, expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { listen, openSocket } from "../listen.ts";
import { plainSampling } from "../plain-sampling.ts";
import { seedWriter } from "../seed.ts";

const path = "/v1/models/writer/generate";
const body = { prompt: "to be", max_tokens: 40, temperature: 0.5, seed: 7 };
type Frame = Record<string, unknown>;

async function writer() {
  const built = await buildApp();
  return { ...built, ...(await seedWriter(built.app)) };
}

function textOf(frames: readonly Frame[]): string {
  return frames
    .filter(({ type }) => type === "text-delta")
    .map(({ text }) => text)
    .join("");
}

function parseEvents(text: string): Frame[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ""));
}

async function stream(app: FastifyInstance, more: object = {}) {
  const reply = await call(app, `POST ${path}`, { ...body, ...more, stream: true });
  return { ...reply, events: parseEvents(reply.text) };
}

describe("three faces of one text", () => {
  test("JSON, server-sent events and a socket say the same for the same seed", async () => {
    const { app, checkpoint, model } = await writer();
    const folded = await call(app, `POST ${path}`, body);
    expect(folded.body).toMatchObject({
      ...{ object: "generation", model: model.id, checkpoint, finish_reason: "length", seed: 7 },
      usage: { prompt_tokens: 5, completion_tokens: 40 },
    });
    const { events, headers, text } = await stream(app);
    expect(headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(text).toMatch(/\nid: 1\nevent: text-start\n/);
    const socket = await openSocket(app, path);
    socket.send({ type: "generate", stream_id: "a", ...body });
    await socket.frame(({ type }) => type === "text-end");
    expect(folded.body.text).toHaveLength(40);
    expect(textOf(events)).toBe(folded.body.text);
    expect(textOf(socket.frames)).toBe(folded.body.text);
    expect(socket.frames).toEqual(events.map((event) => ({ ...event, stream_id: "a" })));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  test("every parameter in effect is told, the chosen seed too", async () => {
    const { app } = await writer();
    const { body: reply } = await call(app, `POST ${path}`, { max_tokens: 4 });
    expect(reply.parameters).toEqual({ ...plainSampling, max_tokens: 4, seed: reply.seed });
    const again = await call(app, `POST ${path}`, { max_tokens: 4, seed: reply.seed });
    expect(again.body.text).toBe(reply.text);
  });

  test("what is refused before the first byte is an HTTP status, on all three", async () => {
    const { app } = await writer();
    const { status, headers } = await stream(app, { prompt: "☃" });
    expect(status).toBe(422);
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
    await expect(openSocket(app, "/v1/models/nobody/generate")).rejects.toThrow("404");
    await app.store.models.create({ ...(await app.store.models.get("writer")), name: "novice", forecast: null });
    await expect(openSocket(app, "/v1/models/novice/generate")).rejects.toThrow("409");
  });
});

describe("a beam search", () => {
  test("has no seed, and its parameters can be sent again", async () => {
    const { app } = await writer();
    const { body: reply } = await call(app, `POST ${path}`, { max_tokens: 4, beams: 3 });
    expect(reply).toMatchObject({ seed: null, parameters: { beams: 3, length_penalty: 0, alternatives: 0 } });
    expect(reply.parameters).not.toHaveProperty("seed");
    expect((await call(app, `POST ${path}`, reply.parameters)).status).toBe(200);
  });

  test.each<[object, string[]]>([
    [{ beams: 0 }, ["/beams"]],
    [{ beams: 33 }, ["/beams"]],
    [{ beams: 4, temperature: 0.5, seed: 7 }, ["/temperature", "/seed"]],
    [{ beams: 4, temperature: 0, top_k: 3, top_p: 0.9 }, ["/temperature", "/top_k", "/top_p"]],
    [{ beams: 4, min_p: 0.1, typical_p: 0.9 }, ["/min_p", "/typical_p"]],
    [{ beams: 4, repetition_penalty: 1.1, logit_bias: { e: 1 } }, ["/repetition_penalty", "/logit_bias"]],
    [{ beams: 4, alternatives: 4 }, ["/alternatives"]],
    [{ alternatives: 1, length_penalty: 0.6 }, ["/length_penalty", "/alternatives"]],
    [{ beams: 4, length_penalty: -1 }, ["/length_penalty"]],
    [{ beams: 4, logprobs: 1, pattern: "[0-9]" }, ["/logprobs"]],
    [{ beams: 4, logprobs: 1, allowed_characters: "ab" }, ["/logprobs"]],
  ])("refuses what means nothing beside or without it: %j", async (asked, pointers) => {
    const { app } = await writer();
    const { status, body: problem } = await call(app, `POST ${path}`, asked);
    expect(status).toBe(422);
    expect(problem.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual(pointers);
  });
});

describe("a socket", () => {
  test("carries several streams, each with its own numbers", async () => {
    const { app } = await writer();
    const socket = await openSocket(app, path);
    for (const seed of [1, 2, 3]) socket.send({ type: "generate", stream_id: `s${seed}`, max_tokens: 24, seed });
    for (const id of ["s1", "s2", "s3"]) {
      await socket.frame(({ type, stream_id }) => type === "text-end" && stream_id === id);
      const own = socket.frames.filter(({ stream_id }) => stream_id === id);
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, index) => index + 1));
    }
    expect(app.streams.count("text")).toBe(0);
  });

  test("cancels one stream and leaves the others", async () => {
    const { app, inference } = await writer();
    inference.hold();
    const socket = await openSocket(app, path);
    socket.send({ type: "generate", stream_id: "a", max_tokens: 24, seed: 1 });
    socket.send({ type: "generate", max_tokens: 24, seed: 1 });
    await socket.frame(({ type, stream_id }) => type === "text-start" && stream_id === null);
    await socket.frame(({ type, stream_id }) => type === "text-start" && stream_id === "a");
    socket.send({ type: "cancel", stream_id: "a" });
    const end = await socket.frame(({ type }) => type === "text-end");
    expect(end).toMatchObject({ stream_id: "a", finish_reason: "cancelled" });
    expect(inference.openStreams()).toBe(1);
    inference.release();
    expect(await socket.frame(({ type, stream_id }) => type === "text-end" && stream_id === null)).toMatchObject({
      finish_reason: "length",
    });
  });

  test.each([
    ["an unknown type", { type: "sing" }, "validation_failed", "/type"],
    ["no type", { prompt: "x" }, "validation_failed", "/type"],
    ["a misspelt field", { type: "generate", temprature: 1 }, "validation_failed", "/temprature"],
    ["an unknown stream to cancel", { type: "cancel", stream_id: "x" }, "stream_not_found", undefined],
    ["a prompt beyond the vocabulary", { type: "generate", prompt: "☃" }, "prompt_characters_unknown", "/prompt"],
  ])("answers %s with an error frame and stays open", async (_name, message, code, pointer) => {
    const { app } = await writer();
    const socket = await openSocket(app, path);
    socket.send(message);
    const frame = (await socket.frame(({ type }) => type === "error")) as {
      error: { code: string; errors: { pointer: string }[] };
    };
    expect(frame.error.code).toBe(code);
    expect(frame.error.errors[0]?.pointer).toBe(pointer);
    socket.send({ type: "generate", max_tokens: 4, seed: 1 });
    await socket.frame(({ type }) => type === "text-end");
  });

  test("answers bytes that are no JSON, and a stream_id that is taken", async () => {
    const { app, inference } = await writer();
    inference.hold();
    const socket = await openSocket(app, path);
    socket.socket.send("{");
    socket.socket.send(Buffer.from([1, 2]));
    socket.send({ type: "generate", stream_id: "a", seed: 1, max_tokens: 4 });
    socket.send({ type: "generate", stream_id: "a", seed: 1, max_tokens: 4 });
    await socket.frame(({ stream_id, type }) => type === "error" && stream_id === "a");
    const codes = socket.frames
      .filter(({ type }) => type === "error")
      .map(({ error }) => (error as { code: string }).code);
    expect(codes).toEqual(["body_unparsable", "media_type_unsupported", "stream_open"]);
  });
});

describe("a reader that goes away", () => {
  test("frees its stream: socket, event stream and plain request", async () => {
    const { app, inference } = await writer();
    const port = await listen(app);
    inference.hold();
    const socket = await openSocket(port, path);
    socket.send({ type: "generate", max_tokens: 1000, seed: 1 });
    await socket.frame(({ type }) => type === "text-start");
    const gone = new AbortController();
    const post = (more: object) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...body, ...more }),
        signal: gone.signal,
      });
    const streamed = await post({ stream: true });
    const plain = post({}).catch((error: Error) => error.name);
    await vi.waitFor(() => expect(inference.openStreams() === 3).toBe(true));
    const before = inference.parts;
    socket.socket.terminate();
    gone.abort();
    await vi.waitFor(() => expect(inference.openStreams() === 0).toBe(true));
    expect(await plain).toBe("AbortError");
    await expect(streamed.text()).rejects.toThrow();
    expect(inference.parts).toBe(before);
    await vi.waitFor(() => expect(app.streams.count("text") === 0 && app.streams.count("socket") === 0).toBe(true));
  });
});

test("more streams than UNROLL_MAX_STREAMS get 503 with Retry-After", async () => {
  const { app, inference } = await buildApp({ UNROLL_MAX_STREAMS: "2" });
  await seedWriter(app);
  inference.hold();
  const socket = await openSocket(app, path);
  for (const stream_id of ["a", "b", "c"]) socket.send({ type: "generate", stream_id, seed: 1, max_tokens: 4 });
  const frame = await socket.frame(({ type }) => type === "error");
  expect(frame).toMatchObject({ stream_id: "c", error: { code: "server_busy" } });
  const { status, headers } = await call(app, `POST ${path}`, body);
  expect(status).toBe(503);
  expect(headers["retry-after"]).toBe("1");
  inference.release();
  await socket.frame(({ type, stream_id }) => type === "text-end" && stream_id === "b");
  expect((await call(app, `POST ${path}`, body)).status).toBe(200);
});
