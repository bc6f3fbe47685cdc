import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedText } from "../seed.ts";

const model = { name: "m", task: "text" };
const key = (value: string) => ({ headers: { "idempotency-key": value } });

test("the same key and body replay the first reply; nothing is made twice", async () => {
  const { app } = await buildApp();
  await seedText(app);
  for (const [route, body] of [
    ["POST /v1/models", model],
    ["POST /v1/datasets", { name: "d", kind: "text", text: "to be or not" }],
    ["POST /v1/jobs", { model: "writer", dataset: "hamlet" }],
  ] as const) {
    const first = await call(app, route, body, key("one"));
    const again = await call(app, route, body, key("one"));
    expect(again.status).toBe(first.status);
    expect(again.text).toBe(first.text);
    expect(again.headers.location).toBe(first.headers.location);
    expect([first.headers["idempotent-replayed"], again.headers["idempotent-replayed"]]).toEqual([undefined, "true"]);
  }
  expect((await app.store.jobs.list({ limit: 10 })).data).toHaveLength(1);
});

test("the same key with another body is a 422; after a refusal the key is free again", async () => {
  const { app } = await buildApp();
  expect(
    (await call(app, "POST /v1/models", { ...model, architecture: { units: 4096, layers: 16 } }, key("one"))).status,
  ).toBe(422);
  expect((await call(app, "POST /v1/models", model, key("one"))).status).toBe(201);
  const other = await call(app, "POST /v1/models", { ...model, name: "n" }, key("one"));
  expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
});

test("two at once: one is made, the other is told to wait or gets the same", async () => {
  const { app } = await buildApp();
  const replies = await Promise.all([1, 2, 3].map(() => call(app, "POST /v1/models", model, key("one"))));
  expect(replies.map(({ status }) => status).every((status) => status === 201 || status === 409)).toBe(true);
  expect(replies.filter(({ status }) => status === 409).every(({ body }) => body.code === "idempotency_conflict")).toBe(
    true,
  );
  expect((await app.store.models.list({ limit: 10 })).data).toHaveLength(1);
});

test("the keys of two callers are two keys", async () => {
  const { app } = await buildApp({ UNROLL_AUTH: "on" });
  const callers = await Promise.all(
    ["a", "b"].map(async (name) => (await app.store.keys.create({ name, scope: "train" })).secret),
  );
  for (const [index, secret] of callers.entries()) {
    const headers = { authorization: `Bearer ${secret}`, "idempotency-key": "one" };
    expect((await call(app, "POST /v1/models", { ...model, name: `m${index}` }, { headers })).status).toBe(201);
  }
});
