import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FastifyInstance, fastify } from "fastify";
import fp from "fastify-plugin";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { config } from "../../src/plugins/config.ts";
import { type Scope, scopes } from "../../src/schemas/keys.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedWriter } from "../seed.ts";
import { temporaryFolder } from "../store/temporary-folder.ts";

const on = { UNROLL_AUTH: "on" };
const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });

async function keyOf(app: FastifyInstance, scope: Scope): Promise<string> {
  return (await app.store.keys.create({ name: scope, scope })).secret;
}

describe("who may call which route", () => {
  const routes: [route: string, needs: Scope, body?: object][] = [
    ["GET /v1/models", "read"],
    ["GET /metrics", "read"],
    ["GET /version", "read"],
    ["POST /v1/stream-tickets", "read"],
    ["POST /v1/models/writer/generate", "infer", { max_tokens: 8 }],
    ["POST /v1/models", "train", { name: "m", task: "text" }],
    ["POST /v1/jobs", "train", { model: "writer", dataset: "hamlet" }],
    ["DELETE /v1/models/nobody", "train"],
    ["GET /v1/keys", "admin"],
    ["POST /v1/keys", "admin", { name: "k", scope: "read" }],
  ];

  test("a key reaches what its scope holds, and no more", async () => {
    const { app } = await buildApp(on);
    await seedWriter(app);
    for (const held of scopes) {
      const secret = await keyOf(app, held);
      for (const [route, needs, body] of routes) {
        const { status } = await call(app, route, body, bearer(secret));
        const isAllowed = scopes.indexOf(held) >= scopes.indexOf(needs);
        expect.soft(status === 403, `${held} key on ${route}`).toBe(!isAllowed);
      }
    }
  });

  test("without a key, with a wrong one or half of one, nothing but the public routes answers", async () => {
    const { app } = await buildApp(on);
    for (const [route, , body] of routes) {
      const { status, headers, body: problem } = await call(app, route, body);
      expect.soft({ status, code: problem.code }, route).toEqual({ status: 401, code: "key_missing" });
      expect(headers["www-authenticate"]).toMatch(/^Bearer/);
    }
    const secret = await keyOf(app, "admin");
    for (const wrong of [`${secret}x`, secret.slice(0, -1), "unr_", "x"]) {
      expect((await call(app, "GET /v1/models", undefined, bearer(wrong))).body.code).toBe("key_invalid");
    }
    const basic = await call(app, "GET /v1/models", undefined, { headers: { authorization: `Basic ${secret}` } });
    expect(basic.body.code).toBe("key_invalid");
  });

  test("a read key that trains is told what it lacks", async () => {
    const { app } = await buildApp(on);
    const { status, body } = await call(
      app,
      "POST /v1/jobs",
      { model: "m", dataset: "d" },
      bearer(await keyOf(app, "read")),
    );
    expect(status).toBe(403);
    expect(body.errors[0]).toMatchObject({ code: "scope_missing", value: "read", allowed: ["train", "admin"] });
  });

  test("the routes without a key are these", async () => {
    const { app } = await buildApp(on);
    const open: string[] = [];
    for (const path of ["/", "/health/live", "/health/ready", "/problems/internal", "/openapi.json", "/docs"]) {
      if ((await app.inject({ url: path, headers: { host: "localhost" } })).statusCode < 400) open.push(path);
    }
    expect(open).toEqual(["/", "/health/live", "/health/ready", "/problems/internal", "/openapi.json", "/docs"]);
    const { paths } = app.swagger() as { paths: Record<string, Record<string, { security?: object[] }>> };
    const undeclared = Object.entries(paths).flatMap(([path, operations]) =>
      Object.values(operations).some(({ security }) => security === undefined) ? [path] : [],
    );
    expect(undeclared.sort()).toEqual(["/health/live", "/health/ready", "/problems/{code}"]);
  });

  test("a route that declares no scope is refused when it is registered", async () => {
    const app = fastify();
    const { auth } = await import("../../src/plugins/auth.ts");
    for (const name of ["store", "stream-tickets", "open-streams", "web-sockets"]) {
      app.register(fp(async () => {}, { name }));
    }
    await app.register(config, { config: readConfig({}) });
    app.decorate("store", { keys: {} } as never);
    await app.register(auth);
    expect(() => app.get("/open", async () => null)).toThrow("the route GET /open declares no scope");
    expect(() => app.get("/closed", { config: { scope: "read" } }, async () => null)).not.toThrow();
  });
});

test("who guesses keys is slowed, and a right key is let through", async () => {
  const { app } = await buildApp(on);
  const secret = await keyOf(app, "read");
  const codes: string[] = [];
  for (let guess = 0; guess < 22; guess++) {
    codes.push((await call(app, "GET /v1/models", undefined, bearer(`unr_${guess}`))).body.code);
  }
  expect(codes.slice(0, 20).every((code) => code === "key_invalid")).toBe(true);
  expect(codes.slice(20)).toEqual(["rate_limited", "rate_limited"]);
  expect((await call(app, "GET /v1/models", undefined, bearer(secret))).status).toBe(200);
});

test("keys are made, listed without their secrets, and revoked at once", async () => {
  const { app } = await buildApp(on);
  const admin = bearer(await keyOf(app, "admin"));
  const made = await call(app, "POST /v1/keys", { name: "dashboard", scope: "infer" }, admin);
  expect(made.status).toBe(201);
  expect(made.body.secret).toMatch(/^unr_[0-9a-f]{64}$/);
  expect((await call(app, "GET /v1/models", undefined, bearer(made.body.secret))).status).toBe(200);
  const list = await call(app, "GET /v1/keys", undefined, admin);
  expect(list.text).not.toContain(made.body.secret);
  expect(list.body.data.map(({ name }: { name: string }) => name)).toContain("dashboard");
  const revoked = await call(app, `DELETE /v1/keys/${made.body.id}`, undefined, admin);
  expect(revoked.body.revoked_at).toMatch(/Z$/);
  expect((await call(app, "GET /v1/models", undefined, bearer(made.body.secret))).status).toBe(401);
  expect((await call(app, "DELETE /v1/keys/key_x", undefined, admin)).body.code).toBe("key_not_found");
});

test("a key never stands in the log", async () => {
  const { app, log } = await buildApp(on);
  const secret = await keyOf(app, "admin");
  await call(app, "GET /v1/models", undefined, bearer(secret));
  const ticket = (await call(app, "POST /v1/stream-tickets", undefined, bearer(secret))).body.ticket;
  await app.inject({ url: `/v1/models?ticket=${ticket}`, headers: { host: "localhost" } });
  expect(JSON.stringify(log)).not.toMatch(new RegExp(`${secret}|${ticket}`));
});

describe("the first key", () => {
  test("is made at the first start alone", async () => {
    const folder = await temporaryFolder();
    const first = await buildApp({ ...on, UNROLL_DATA_DIR: folder });
    expect(first.app.firstKey).toMatch(/^unr_/);
    expect((await call(first.app, "GET /v1/keys", undefined, bearer(first.app.firstKey ?? ""))).status).toBe(200);
    await first.app.close();
    expect((await buildApp({ ...on, UNROLL_DATA_DIR: folder })).app.firstKey).toBeNull();
  });

  test("comes from the environment or a file, again and again", async () => {
    const folder = await temporaryFolder();
    const secret = `unr_${"k".repeat(40)}`;
    for (let start = 0; start < 2; start++) {
      const { app } = await buildApp({ ...on, UNROLL_DATA_DIR: folder, UNROLL_API_KEY: secret });
      expect(app.firstKey).toBeNull();
      expect((await call(app, "GET /v1/keys", undefined, bearer(secret))).body.data).toHaveLength(1);
      await app.close();
    }
    const file = join(await temporaryFolder(), "key");
    await writeFile(file, `${secret}\n`);
    const { app } = await buildApp({ ...on, UNROLL_API_KEY_FILE: file });
    expect((await call(app, "GET /v1/keys", undefined, bearer(secret))).status).toBe(200);
  });

  test.each([
    [{ UNROLL_API_KEY: "short" }, /UNROLL_API_KEY must hold unr_/],
    [{ UNROLL_API_KEY: "x", UNROLL_API_KEY_FILE: "y" }, /set one of them/],
    [{ UNROLL_API_KEY_FILE: "/nowhere/key" }, /UNROLL_API_KEY_FILE cannot be read/],
    [{ UNROLL_AUTH: "off", UNROLL_HOST: "0.0.0.0" }, /UNROLL_AUTH=off is for loopback only/],
  ])("a start with %j is refused", async (environment, sentence) => {
    await expect(buildApp({ ...on, ...environment })).rejects.toThrow(sentence);
  });
});

test.each([
  ["auto", "127.0.0.1", false],
  ["auto", "localhost", false],
  ["auto", "::1", false],
  ["auto", "0.0.0.0", true],
  ["auto", "192.168.1.5", true],
  ["on", "127.0.0.1", true],
  ["off", "127.0.0.1", false],
])("UNROLL_AUTH=%s on %s asks for keys: %s", async (UNROLL_AUTH, UNROLL_HOST, required) => {
  const { asksForKeys } = await import("../../src/plugins/auth-mode.ts");
  expect(asksForKeys(readConfig({ UNROLL_AUTH, UNROLL_HOST }))).toBe(required);
});
