import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { openStore } from "../../src/store/open-store.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { FakeInference } from "../fake-inference.ts";
import { openSocket } from "../listen.ts";
import { giveCheckpoint, seedForecaster, seedText, seedWriter } from "../seed.ts";
import { temporaryFolder } from "../store/temporary-folder.ts";

async function begin(app: FastifyInstance, model = "writer", more: object = {}): Promise<string> {
  const { status, body } = await call(app, "POST /v1/sessions", { model, ...more });
  expect(status).toBe(201);
  return body.id;
}

const codesOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => [
  ...[status, body.code],
  ...body.errors.map(({ pointer }: { pointer: string }) => pointer),
];

describe("the life of a session", () => {
  test("it is begun, found, listed, moved on, forked and ended", async () => {
    const { app } = await buildApp();
    const { model, checkpoint } = await seedWriter(app);
    const { body: session, headers } = await call(app, "POST /v1/sessions", { model: "writer", seed: 9 });
    expect(session).toMatchObject({ object: "session", model: model.id, checkpoint, task: "text", length: 0, seed: 9 });
    expect(session.id).toMatch(/^ses_/);
    expect(headers.location).toBe(`/v1/sessions/${session.id}`);
    const { body: text } = await call(app, `POST /v1/sessions/${session.id}/generate`, {
      prompt: "to be",
      max_tokens: 8,
    });
    expect(text).toMatchObject({ seed: 9, checkpoint, usage: { prompt_tokens: 5, completion_tokens: 8 } });
    const { body: forked } = await call(app, `POST /v1/sessions/${session.id}/fork`);
    expect(forked).toMatchObject({ length: 13, seed: 9, checkpoint });
    const { body: list } = await call(app, "GET /v1/sessions?model=writer");
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual([forked.id, session.id]);
    expect((await call(app, `DELETE /v1/sessions/${session.id}`)).status).toBe(204);
    expect(codesOf(await call(app, `GET /v1/sessions/${session.id}`))).toEqual([404, "session_not_found"]);
    expect((await call(app, `GET /v1/sessions/${forked.id}`)).body).toEqual(forked);
  });

  test("it ends when it has been idle for too long, by the clock", async () => {
    let nowMs = Date.parse("2026-03-01T00:00:00Z");
    const limits = { maxUploadBytes: 1_000_000, sessions: { idleMs: 60_000 }, now: () => nowMs };
    const store = await openStore({ dataFolder: await temporaryFolder(), ...limits });
    const config = readConfig({ UNROLL_DATA_DIR: "/nowhere" });
    const app = await createApp({ config, logger: pino({ level: "silent" }), inference: new FakeInference(), store });
    onTestFinished(() => app.close());
    await seedWriter(app);
    const id = await begin(app);
    nowMs += 59_999;
    expect((await call(app, `GET /v1/sessions/${id}`)).body.expires_at).toBe("2026-03-01T00:01:00.000Z");
    await call(app, `POST /v1/sessions/${id}/generate`, { max_tokens: 1 });
    nowMs += 59_999;
    expect((await call(app, `GET /v1/sessions/${id}`)).body).toMatchObject({
      ...{ used_at: "2026-03-01T00:00:59.999Z", expires_at: "2026-03-01T00:01:59.999Z" },
    });
    nowMs += 1;
    expect(codesOf(await call(app, `POST /v1/sessions/${id}/generate`, {}))).toEqual([404, "session_not_found"]);
    expect((await call(app, "GET /v1/sessions")).body.data).toEqual([]);
  });

  test("it keeps to its checkpoint, and goes with its model", async () => {
    const { app } = await buildApp();
    const { model, dataset, checkpoint } = await seedWriter(app);
    const id = await begin(app);
    const newer = await giveCheckpoint(app, model.id, dataset.id);
    const { body } = await call(app, `POST /v1/sessions/${id}/generate`, { max_tokens: 1 });
    expect(body.checkpoint).toBe(checkpoint);
    expect((await call(app, "POST /v1/models/writer/generate", { max_tokens: 1 })).body.checkpoint).toBe(newer);
    expect((await call(app, "DELETE /v1/models/writer")).status).toBe(204);
    expect(codesOf(await call(app, `GET /v1/sessions/${id}`))).toEqual([404, "session_not_found"]);
  });

  test("as many as may be, and no more bytes than there is room for", async () => {
    const { app } = await buildApp({ UNROLL_MAX_SESSIONS: "2" });
    await seedWriter(app);
    const id = await begin(app);
    await begin(app);
    expect(codesOf(await call(app, "POST /v1/sessions", { model: "writer" }))).toEqual([429, "session_limit"]);
    expect(codesOf(await call(app, `POST /v1/sessions/${id}/fork`))).toEqual([429, "session_limit"]);
    const { app: small } = await buildApp({ UNROLL_MAX_SESSION_BYTES: "15" }); // {"length":0} is 12
    await seedWriter(small);
    await begin(small);
    expect(codesOf(await call(small, "POST /v1/sessions", { model: "writer" }))).toEqual([507, "session_storage_full"]);
  });
});

describe("calls in a session", () => {
  test("one at a time: a second gets 409, and the first goes on", async () => {
    const { app, inference } = await buildApp();
    await seedWriter(app);
    const id = await begin(app);
    inference.hold();
    const first = call(app, `POST /v1/sessions/${id}/generate`, { max_tokens: 8 });
    await expect.poll(() => inference.openStreams()).toBe(1);
    for (const route of [`/v1/sessions/${id}/generate`, "/v1/models/writer/generate"]) {
      const body = route.includes("models") ? { session: id } : {};
      expect(codesOf(await call(app, `POST ${route}`, body))).toEqual([409, "session_busy"]);
    }
    inference.release();
    expect((await first).status).toBe(200);
    expect((await call(app, `POST /v1/sessions/${id}/generate`, { max_tokens: 8, stream: true })).text).toContain(
      "text-end",
    );
    expect((await call(app, `GET /v1/sessions/${id}`)).body.length).toBe(16);
  });

  test("one that fails changes nothing, and lets the next one in", async () => {
    const { app } = await buildApp();
    await seedWriter(app);
    const id = await begin(app);
    const refused = await call(app, `POST /v1/sessions/${id}/generate`, { prompt: "☃" });
    expect(codesOf(refused)).toEqual([422, "prompt_characters_unknown", "/prompt"]);
    expect((await call(app, `POST /v1/sessions/${id}/generate`, { max_tokens: 3 })).body.text).toHaveLength(3);
    expect((await call(app, `GET /v1/sessions/${id}`)).body.length).toBe(3);
  });

  test("the model's own route and socket take a session, too", async () => {
    const { app } = await buildApp();
    const { checkpoint } = await seedWriter(app);
    const id = await begin(app);
    const path = "POST /v1/models/writer/generate";
    expect((await call(app, path, { session: id, max_tokens: 4 })).status).toBe(200);
    const socket = await openSocket(app, "/v1/models/writer/generate");
    socket.send({ type: "generate", session: id, max_tokens: 4 });
    await socket.frame(({ type }) => type === "text-end");
    expect((await call(app, `GET /v1/sessions/${id}`)).body.length).toBe(8);
    expect(codesOf(await call(app, path, { session: id, checkpoint }))).toEqual([
      ...[422, "validation_failed", "/checkpoint"],
    ]);
    expect(codesOf(await call(app, path, { session: id, beams: 2 }))).toEqual([422, "validation_failed", "/beams"]);
    expect((await call(app, `POST /v1/sessions/${id}/generate`, { beams: 2 })).status).toBe(422);
    await app.store.models.create({ ...(await app.store.models.get("writer")), name: "novice" });
    const other = await call(app, "POST /v1/models/novice/generate", { session: id });
    expect(codesOf(other)).toEqual([422, "validation_failed", "/session"]);
    expect(codesOf(await call(app, path, { session: "ses_none" }))).toEqual([404, "session_not_found"]);
  });

  test("observations go to forecasters, texts to writers", async () => {
    const { app } = await buildApp();
    await seedForecaster(app);
    const id = await begin(app, "seer", { series: { id: "a", target: [1, null, 3] } });
    const { body } = await call(app, `POST /v1/sessions/${id}/observe`, { target: 4 });
    expect(body).toMatchObject({ object: "session_forecast", session: id, length: 4, missing: 1, forecast: null });
    const several = { observations: [{ target: 5, timestamp: "2026-01-01" }, { target: null }], horizon: 2 };
    expect((await call(app, `POST /v1/sessions/${id}/observe`, several)).body.length).toBe(6);
    expect(codesOf(await call(app, `POST /v1/sessions/${id}/observe`, { target: 4, horizon: 9 }))).toEqual([
      ...[422, "validation_failed", "/horizon"],
    ]);
    expect(codesOf(await call(app, `POST /v1/sessions/${id}/generate`, {}))).toEqual([409, "model_task_mismatch"]);
    const key = { headers: { "idempotency-key": "once" } };
    for (const _ of [1, 2]) {
      expect((await call(app, `POST /v1/sessions/${id}/observe`, { target: 4 }, key)).body.length).toBe(7);
    }
  });
});

test("what means nothing is refused", async () => {
  const { app } = await buildApp();
  await seedForecaster(app);
  const refused = async (body: object) => codesOf(await call(app, "POST /v1/sessions", body));
  expect(await refused({ model: "nobody" })).toEqual([404, "model_not_found"]);
  expect(await refused({ model: "seer", seed: 1 })).toEqual([422, "validation_failed", "/seed"]);
  expect(await refused({ model: "seer", series: { frequency: "d" } })).toEqual([
    ...[422, "validation_failed", "/series/frequency"],
  ]);
  expect(await refused({ model: "seer", series: { start: "2026-01-01", timestamps: ["2026-01-01"] } })).toEqual([
    ...[422, "validation_failed", "/series/timestamps", "/series/timestamps"],
  ]);
  expect((await refused({ model: "seer", state: { task: "text", version: 2 } }))[1]).toBe("validation_failed");
  expect((await refused({ model: "seer", state: null }))[1]).toBe("validation_failed");
  const { app: untrained } = await buildApp();
  await seedText(untrained);
  expect(codesOf(await call(untrained, "POST /v1/sessions", { model: "writer" }))).toEqual([409, "model_untrained"]);
});
