import { expect, test } from "vitest";
import { appError } from "../../src/errors.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";

test("what went wrong inside is logged whole and told as a number", async () => {
  const { app, log } = await buildApp();
  app.store.models.list = async () => {
    throw new Error("cannot open /home/somebody/secret.db");
  };
  const { status, body, text, headers } = await call(app, "GET /v1/models");
  expect([status, body.code, body.type]).toEqual([500, "internal", "/problems/internal"]);
  expect(text).not.toMatch(/secret|somebody/);
  expect(headers["x-request-id"]).toBe(body.request_id);
  const [line] = log.filter(({ level }) => level === 50);
  const err = {
    message: expect.stringContaining("cannot open /home/somebody/secret.db"),
    stack: expect.stringContaining(" at "),
  };
  expect(line).toMatchObject({ request_id: body.request_id, err });
});

test("a room's error keeps its status, sentence and faults; a busy server says when to come back", async () => {
  const { app } = await buildApp();
  app.store.models.list = async () => {
    throw appError("server_busy", "expected fewer", { retryAfterSeconds: 30 });
  };
  const busy = await call(app, "GET /v1/models");
  expect([busy.status, busy.headers["retry-after"], busy.body.detail]).toEqual([503, "30", "expected fewer"]);
  app.store.models.list = async () => {
    throw appError("disk_full", "the disk of the data folder is full");
  };
  expect((await call(app, "GET /v1/models")).status).toBe(507);
});

test("a caller's own request id comes back when it is a plain word", async () => {
  const { app } = await buildApp();
  const ask = async (id: string) =>
    (await call(app, "GET /v1/models", undefined, { headers: { "x-request-id": id } })).headers["x-request-id"];
  expect(await ask("trace-7.a_B")).toBe("trace-7.a_B");
  for (const id of ["a b", "x".repeat(65), '{"a":1}']) expect(await ask(id)).toMatch(/^req_[0-9a-z]{26}$/);
});
