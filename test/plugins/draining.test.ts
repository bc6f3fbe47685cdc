import { Agent, request } from "node:http";
import { expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { listen, openSocket, rawSocket } from "../listen.ts";
import { seedWriter } from "../seed.ts";

const path = "/v1/models/writer/generate";

test("a stop drains: replies in flight come, streams get a last word, jobs go back to the queue, all within seconds", async () => {
  const { app, inference, trainers } = await buildApp();
  await seedWriter(app);
  const { body: job } = await call(app, "POST /v1/jobs", { model: "writer", dataset: "hamlet" });
  const run = await trainers.run(1);
  run.start();
  const port = await listen(app);
  const agent = new Agent({ keepAlive: true });
  await get(port, "/health/live", agent); // leaves an idle connection behind
  rawSocket(port); // and one that never says a word
  inference.hold();
  const texts = await openSocket(port, path);
  texts.send({ type: "generate", max_tokens: 1000, seed: 1 });
  await texts.frame(({ type }) => type === "text-start");
  const events = await openSocket(port, `/v1/jobs/${job.id}/events`);
  const mute = await openSocket(port, path);
  mute.socket.pause(); // will not answer the close frame
  const streamed = await post(port, { stream: true, max_tokens: 1000 });
  const plain = post(port, { max_tokens: 16, seed: 1 });
  await vi.waitFor(() => expect(inference.openStreams()).toBe(3));
  const wait = vi.spyOn(app.jobs, "wait");
  const waiting = get(port, `/v1/jobs/${job.id}?wait_ms=60000`);
  await vi.waitFor(() => expect(wait).toHaveBeenCalled());

  const started = performance.now();
  const closed = app.close();
  expect(await texts.closed).toEqual({ code: 1012, reason: "the server is shutting down" });
  expect(texts.frames.map(({ type }) => type)).toEqual(["text-start", "text-end", "error"]);
  expect(texts.frames[1]).toMatchObject({ finish_reason: "cancelled" });
  expect((await events.closed).code).toBe(1012);
  expect(events.frames.at(-1)).toMatchObject({ type: "error", error: { code: "server_draining", status: 503 } });
  expect(await streamed.text()).toMatch(/event: text-end\n.*cancelled.*\n\nevent: error\n.*server_draining/s);
  expect(JSON.parse((await waiting).body)).toMatchObject({ id: job.id });
  inference.release();
  const reply = await plain;
  expect([reply.status, reply.headers.get("connection")]).toEqual([200, "close"]);
  expect(await reply.json()).toMatchObject({ finish_reason: "length", usage: { completion_tokens: 16 } });
  await closed;
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(run.stops).toEqual(["suspend"]);
});

test("while it drains the server says so, with a problem, and live stays live", async () => {
  const { app, inference } = await buildApp();
  await seedWriter(app);
  const port = await listen(app);
  const agent = new Agent({ keepAlive: true });
  const at = (url: string) => get(port, url, agent);
  inference.hold();
  const plain = post(port, { max_tokens: 4 });
  await vi.waitFor(() => expect(inference.openStreams()).toBe(1));
  await at("/health/live");
  const socket = await openSocket(port, path);
  socket.socket.pause(); // keeps the drain open for two seconds
  const closed = app.close();
  await vi.waitFor(() => expect(app.draining.aborted).toBe(true));
  const [ready, models, live] = [
    await get(port, "/health/ready"),
    await get(port, "/v1/models"),
    await get(port, "/health/live"),
  ];
  expect([ready.status, JSON.parse(ready.body).reasons]).toEqual([503, ["the server is shutting down"]]);
  expect([models.status, models.headers["retry-after"], JSON.parse(models.body).code]).toEqual([
    503,
    "5",
    "server_draining",
  ]);
  expect(models.headers.connection).toBe("close");
  expect(live.status).toBe(200);
  inference.release();
  expect((await plain).status).toBe(200);
  await closed;
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

function get(port: number, url: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path: url, ...(agent ? { agent } : {}) }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

function post(port: number, body: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
