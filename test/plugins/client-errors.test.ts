import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { exchangeBytes, listen } from "../listen.ts";

const head = (lines: string) => `POST /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${lines}\r\n`;
const json = "content-type: application/json\r\n";

test.each([
  ["bytes that are no HTTP", "hello\r\n\r\n", 400, "request_invalid"],
  ["no Host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, ""],
  [
    "two content types",
    `${head(`${json}content-type: text/plain\r\ncontent-length: 2\r\n`)}{}`,
    400,
    "request_invalid",
  ],
  ["two lengths", `${head(`${json}content-length: 2\r\ncontent-length: 3\r\n`)}{}`, 400, "request_invalid"],
  [
    "length and chunks",
    `${head(`${json}content-length: 2\r\ntransfer-encoding: chunked\r\n`)}0\r\n\r\n`,
    400,
    "request_invalid",
  ],
  ["headers beyond measure", head(`x: ${"y".repeat(20_000)}\r\n`), 431, "headers_too_large"],
  ["a length over the limit", head(`${json}content-length: 999999999\r\n`), 413, "body_too_large"],
  [
    "endless chunks",
    head(`${json}transfer-encoding: chunked\r\n`) + "8000\r\n".concat(" ".repeat(0x8000), "\r\n").repeat(3),
    413,
    "body_too_large",
  ],
])("%s", async (_name, bytes, status, code) => {
  const { app } = await buildApp();
  const text = await exchangeBytes(await listen(app), bytes);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(text).toContain(code === "" ? "" : `"code":"${code}"`);
});
