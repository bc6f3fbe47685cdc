import { afterEach, expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { listen, rawSocket } from "../listen.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a body that dribbles in gets 408 after 30 seconds, and its connection ends", async () => {
  const { app } = await buildApp();
  const socket = rawSocket(await listen(app));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const arrived = new Promise((resolve) => app.server.once("request", resolve));
  socket.write(
    "POST /v1/models HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
  );
  await arrived;
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  const ended = new Promise((resolve) => socket.once("close", resolve));
  await vi.advanceTimersByTimeAsync(29_000);
  expect(text).toBe("");
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  await ended;
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(text).toContain('"code":"request_timeout"');
  expect(text).toMatch(/connection: close/i);
});

test("an upload may take its time as long as bytes come, and is dropped when it falls silent", async () => {
  const { app } = await buildApp();
  const port = await listen(app);
  const socket = rawSocket(port);
  const arrived = new Promise<{ setTimeout(ms: number): unknown; timeout: number }>((resolve) =>
    app.server.once("request", ({ socket }) => resolve(socket as never)),
  );
  socket.write(
    "POST /v1/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 1000\r\n\r\n",
  );
  const part = (name: string, value: string, file = "") =>
    `--x\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}`;
  socket.write(`${part("name", "t\r\n")}${part("kind", "text\r\n")}${part("file", "to be", '; filename="a.txt"')}`);
  const connection = await arrived;
  await vi.waitFor(() => expect(connection.timeout).toBe(30_000));
  connection.setTimeout(20); // silence, sooner
  await new Promise((resolve) => socket.once("close", resolve));
  expect((await app.inject({ url: "/v1/datasets", headers: { host: "localhost" } })).json().data).toEqual([]);
});
