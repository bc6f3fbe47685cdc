import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { openSocket } from "../listen.ts";
import { seedWriter } from "../seed.ts";

const path = "/v1/models/writer/generate";

async function appWithKeys() {
  const built = await buildApp({ UNROLL_AUTH: "on" });
  await seedWriter(built.app);
  const { secret, key } = await built.app.store.keys.create({ name: "page", scope: "infer" });
  const admin = (await built.app.store.keys.create({ name: "boss", scope: "admin" })).secret;
  const bearer = { authorization: `Bearer ${secret}` };
  const ticket = async () =>
    (await call(built.app, "POST /v1/stream-tickets", undefined, { headers: bearer })).body.ticket as string;
  return { ...built, bearer, key, ticket, admin };
}

test("a ticket opens one socket, once", async () => {
  const { app, ticket } = await appWithKeys();
  const one = await ticket();
  const socket = await openSocket(app, `${path}?ticket=${one}`);
  socket.send({ type: "generate", max_tokens: 8, seed: 1 });
  await socket.frame(({ type }) => type === "text-end");
  await expect(openSocket(app, `${path}?ticket=${one}`)).rejects.toThrow("401");
  await expect(openSocket(app, `${path}?ticket=tkt_x`)).rejects.toThrow("401");
  await expect(openSocket(app, path)).rejects.toThrow("401");
});

test("a ticket opens an event stream, and nothing that is no stream", async () => {
  const { app, ticket } = await appWithKeys();
  const job = (await app.store.jobs.list({ limit: 1 })).data[0]?.id;
  const accept = { headers: { accept: "text/event-stream" } };
  const events = await call(app, `GET /v1/jobs/${job}/events?ticket=${await ticket()}`, undefined, accept);
  expect(events.status).toBe(200);
  expect(events.text).toContain("event: job-end");
  expect((await call(app, `GET /v1/models?ticket=${await ticket()}`)).status).toBe(401);
});

test("a ticket has the scope of its key", async () => {
  const { app } = await appWithKeys();
  const { secret } = await app.store.keys.create({ name: "reader", scope: "read" });
  const { body } = await call(app, "POST /v1/stream-tickets", undefined, {
    headers: { authorization: `Bearer ${secret}` },
  });
  await expect(openSocket(app, `${path}?ticket=${body.ticket}`)).rejects.toThrow("403");
});

test("a revoked key ends its open streams and its tickets", async () => {
  const { app, inference, bearer, key, ticket, admin } = await appWithKeys();
  inference.hold();
  const [socket, later] = [await openSocket(app, path, bearer), await ticket()];
  socket.send({ type: "generate", max_tokens: 8, seed: 1 });
  await socket.frame(({ type }) => type === "text-start");
  await call(app, `DELETE /v1/keys/${key.id}`, undefined, { headers: { authorization: `Bearer ${admin}` } });
  expect(await socket.closed).toEqual({ code: 1008, reason: "key_invalid" });
  expect(socket.frames.map(({ type }) => type)).toEqual(["text-start", "text-end", "error"]);
  expect(socket.frames.at(-1)).toMatchObject({ error: { code: "key_invalid", status: 401 } });
  expect(inference.openStreams()).toBe(0);
  await expect(openSocket(app, `${path}?ticket=${later}`)).rejects.toThrow("401");
});
