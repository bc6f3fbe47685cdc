import { afterEach, expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { listen, openSocket, rawSocket } from "../listen.ts";
import { seedWriter } from "../seed.ts";

const path = "/v1/models/writer/generate";

async function server() {
  const built = await buildApp();
  await seedWriter(built.app);
  return { ...built, port: await listen(built.app) };
}

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["a foreign Origin", { origin: "https://evil.example" }, 403],
  ["a null Origin", { origin: "null" }, 403],
  ["a foreign Host", { host: "evil.example" }, 403],
  ["its own page", { origin: "http://localhost:3000", host: "localhost:3000" }, 101],
  ["its own page by number", { origin: "http://127.0.0.1:3000", host: "localhost:3000" }, 101],
  ["no Origin", {}, 101],
])("an upgrade with %s, %j, gets %i", async (_name, headers, status) => {
  const { port } = await server();
  const socket = rawSocket(port);
  const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `GET ${path} HTTP/1.1\r\n${lines.join("")}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  const [first] = await new Promise<string[]>((resolve) =>
    socket.once("data", (data) => resolve(String(data).split("\r\n"))),
  );
  expect(first).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test("a frame over 64 KiB closes with 1009, endless fragments with 1008, invalid UTF-8 with 1007", async () => {
  const { port, app } = await server();
  const large = await openSocket(port, path);
  large.socket.send("x".repeat(64 * 1024 + 1));
  expect((await large.closed).code).toBe(1009);
  const fragments = await openSocket(port, path);
  for (let index = 0; index < 200; index++) fragments.socket.send("x", { fin: false });
  expect((await fragments.closed).code).toBe(1008);
  const invalid = await openSocket(port, path);
  invalid.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect((await invalid.closed).code).toBe(1007);
  await vi.waitFor(() => expect(app.streams.count("socket")).toBe(0));
});

test("a flood of messages closes with 1008", async () => {
  const { port } = await server();
  const socket = await openSocket(port, path);
  for (let index = 0; index < 1000; index++) socket.send({ type: "cancel", stream_id: "x" });
  expect((await socket.closed).code).toBe(1008);
  expect(socket.frames.at(-1)).toMatchObject({ error: { code: "rate_limited" } });
});

test("a peer that answers no ping is let go after two, one that does stays", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { app, port } = await server();
  const silent = await openSocket(port, path);
  silent.socket.pong = () => {};
  const alive = await openSocket(port, path);
  const pings = () => new Promise((resolve) => alive.socket.once("ping", resolve));
  for (let round = 0; round < 4; round++) {
    const pinged = pings();
    vi.advanceTimersByTime(15_000);
    await pinged;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await silent.closed).code).toBe(1006);
  await vi.waitFor(() => expect(app.streams.count("socket")).toBe(1));
  expect(alive.socket.readyState).toBe(alive.socket.OPEN);
});

test("a reader stuck for 30 seconds is let go", async () => {
  const { app, inference, port } = await server();
  inference.charactersAPart = 10_000;
  const stuck = await openSocket(port, path);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  stuck.socket.pause();
  for (let id = 0; id < 60; id++) stuck.send({ type: "generate", stream_id: `s${id}`, max_tokens: 100_000, seed: 1 });
  const unread = () => [...app.websocketServer.clients].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  for (let round = 0; round < 500 && unread() < 200_000; round++) await turn();
  expect(unread()).toBeGreaterThan(200_000);
  await vi.advanceTimersByTimeAsync(30_000);
  await vi.advanceTimersByTimeAsync(3_000);
  vi.useRealTimers();
  await vi.waitFor(() => expect(app.streams.count("socket")).toBe(0));
  expect(inference.openStreams()).toBe(0);
});
