import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";

const ask = async (environment: Record<string, string>, headers: Record<string, string>) => {
  const { app } = await buildApp(environment);
  return call(app, "GET /v1/models", undefined, { headers });
};

test.each([
  ["localhost", "localhost:3000"],
  ["a number", "127.0.0.1:3000"],
  ["another number of this machine", "127.8.9.1"],
  ["IPv6", "[::1]:3000"],
  ["a name below localhost", "unroll.localhost:3000"],
])("on loopback %s is a name of ours", async (_name, host) => {
  expect((await ask({}, { host })).status).toBe(200);
});

test("names and pages that the settings allow are let in, and browsers are told", async () => {
  const { app } = await buildApp({
    UNROLL_ALLOWED_HOSTS: "models.example",
    UNROLL_ALLOWED_ORIGINS: "https://app.example",
  });
  const from = { host: "models.example", origin: "https://app.example" };
  const allowed = await call(app, "GET /v1/models", undefined, { headers: from });
  expect([allowed.status, allowed.headers["access-control-allow-origin"]]).toEqual([200, "https://app.example"]);
  const preflight = await call(app, "OPTIONS /v1/models", undefined, {
    headers: { ...from, "access-control-request-method": "POST" },
  });
  expect([preflight.status, preflight.headers["access-control-allow-methods"]]).toEqual([
    204,
    "GET, POST, PATCH, DELETE",
  ]);
  const own = await call(app, "GET /v1/models", undefined, {
    headers: { host: "models.example", origin: "https://models.example" },
  });
  expect([own.status, own.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
  const foreign = await call(app, "GET /v1/models", undefined, {
    headers: { ...from, origin: "https://app.example.evil" },
  });
  expect(foreign.body.code).toBe("origin_forbidden");
});

test("where keys are asked for any name reaches the server, until the settings list some", async () => {
  const open = { UNROLL_HOST: "0.0.0.0" };
  expect((await ask(open, { host: "10.1.2.3:3000" })).body.code).toBe("key_missing");
  expect((await ask(open, { host: "unroll:3000", origin: "https://evil.example" })).body.code).toBe("origin_forbidden");
  expect((await ask({ ...open, UNROLL_ALLOWED_HOSTS: "unroll" }, { host: "10.1.2.3" })).body.code).toBe(
    "host_forbidden",
  );
});
