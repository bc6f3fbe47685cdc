import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";

test("a caller gets exactly UNROLL_RATE_LIMIT requests a minute; health checks do not count", async () => {
  const { app } = await buildApp({ UNROLL_RATE_LIMIT: "3" });
  for (let check = 0; check < 5; check++) expect((await call(app, "GET /health/live")).status).toBe(200);
  const replies = [];
  for (let request = 0; request < 4; request++) replies.push(await call(app, "GET /v1/models"));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(replies.map(({ headers }) => headers["ratelimit-remaining"])).toEqual(["2", "1", "0", "0"]);
  const last = replies.at(-1);
  expect(last?.body.code).toBe("rate_limited");
  expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0);
});

test("keys are counted apart", async () => {
  const { app } = await buildApp({ UNROLL_RATE_LIMIT: "1", UNROLL_AUTH: "on" });
  for (const name of ["a", "b"]) {
    const { secret } = await app.store.keys.create({ name, scope: "read" });
    const headers = { authorization: `Bearer ${secret}` };
    expect((await call(app, "GET /v1/models", undefined, { headers })).status).toBe(200);
    expect((await call(app, "GET /v1/models", undefined, { headers })).status).toBe(429);
  }
});
