import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, test } from "vitest";
import { terminalLog } from "../src/terminal-log.ts";

test("a person reads one line for each thing that happened, and the stack of what went wrong", () => {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const logger = pino({ base: null }, terminalLog(output));
  logger.info({ request_id: "req_1", method: "GET", path: "/v1/models", status: 200, duration_ms: 1.5 }, "request");
  logger.info({ port: 3000, backend: { level: "fused" } }, "listening");
  logger.error({ err: new Error("no luck") }, "it failed");
  const lines = text.replaceAll(/^\d\d:\d\d:\d\d /gm, "").split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "GET /v1/models 200 1.5 ms",
    'listening port=3000 backend={"level":"fused"}',
    "ERROR it failed",
    "Error: no luck",
  ]);
});
