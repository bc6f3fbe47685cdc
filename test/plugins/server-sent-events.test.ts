import { afterEach, expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { listen, rawSocket } from "../listen.ts";
import { seedWriter } from "../seed.ts";

const body = JSON.stringify({ stream: true, max_tokens: 100_000, seed: 1 });
const request = `POST /v1/models/writer/generate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

afterEach(() => {
  vi.useRealTimers();
});

async function server() {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const built = await buildApp();
  await seedWriter(built.app);
  return { ...built, socket: rawSocket(await listen(built.app)) };
}

test("a quiet stream is kept alive by comments", async () => {
  const { inference, socket } = await server();
  inference.hold();
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.write(request);
  await vi.waitFor(() => expect(text).toContain("event: text-start"));
  vi.advanceTimersByTime(15_000);
  await vi.waitFor(() => expect(text).toContain(": alive\n\n"));
  vi.advanceTimersByTime(15_000);
  await vi.waitFor(() => expect(text.match(/: alive/g)).toHaveLength(2));
});

/** On a busy machine; each look moves the clock on by its interval, which must not come to the 30 seconds. */
const patience = { timeout: 10_000, interval: 50 };

test("a reader that takes nothing makes its stream wait, and is let go after 30 seconds", async () => {
  const { app, inference, socket } = await server();
  inference.charactersAPart = 1; // seven megabytes of events, more than any buffer on the way holds
  socket.pause();
  socket.write(request);
  let before = -1;
  await vi.waitFor(() => {
    const written = inference.parts;
    const isStill = written > 0 && written === before;
    before = written;
    expect(isStill).toBe(true);
  }, patience);
  expect(inference.parts).toBeLessThan(100_000);
  expect(app.streams.count("text")).toBe(1);
  for (let beat = 0; beat < 4; beat++) vi.advanceTimersByTime(15_000);
  await vi.waitFor(() => expect(app.streams.count("text")).toBe(0), patience);
  expect(inference.openStreams()).toBe(0);
});
