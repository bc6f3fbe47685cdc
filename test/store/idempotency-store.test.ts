import { afterEach, expect, test, vi } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { temporaryStore } from "./temporary-store.ts";

afterEach(() => {
  vi.useRealTimers();
});
const reply = { status: 201, location: "/v1/models/mdl_1", body: '{"a":"ü"}' };

test("the first request claims the key, the next ones get its reply", async () => {
  const { store } = await temporaryStore();
  expect(await store.idempotency.begin("k", "f")).toBeNull();
  await expect(store.idempotency.begin("k", "f")).rejects.toMatchObject({ code: "idempotency_conflict" });
  await store.idempotency.finish("k", reply);
  expect(await store.idempotency.begin("k", "f")).toEqual(reply);
  await expect(store.idempotency.begin("k", "other")).rejects.toMatchObject({ code: "idempotency_mismatch" });
});

test("of many at once, one gets the key", async () => {
  const { store } = await temporaryStore();
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => store.idempotency.begin("k", "f")));
  expect(claims.filter((claim) => claim.status === "fulfilled")).toHaveLength(1);
});

test("a request that failed gives the key back; a reply stays", async () => {
  const { store } = await temporaryStore();
  await store.idempotency.begin("k", "f");
  await store.idempotency.forget("k");
  expect(await store.idempotency.begin("k", "other")).toBeNull();
  await store.idempotency.finish("k", reply);
  await store.idempotency.forget("k");
  expect(await store.idempotency.begin("k", "other")).toEqual(reply);
});

test("replies outlive a restart, claims without one do not", async () => {
  const dataFolder = await temporaryFolder();
  const first = await openStore({ dataFolder, maxUploadBytes: 1000 });
  await first.idempotency.begin("answered", "f");
  await first.idempotency.finish("answered", reply);
  await first.idempotency.begin("open", "f");
  await first.close();
  const { store } = await temporaryStore({ dataFolder });
  expect(await store.idempotency.begin("answered", "f")).toEqual(reply);
  expect(await store.idempotency.begin("open", "f")).toBeNull();
});

test("after 24 hours a key is as good as new", async () => {
  const { store } = await temporaryStore();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-01T00:00:00Z") });
  await store.idempotency.begin("k", "f");
  await store.idempotency.finish("k", reply);
  vi.setSystemTime(new Date("2026-01-01T23:59:59Z"));
  expect(await store.idempotency.begin("k", "f")).toEqual(reply);
  vi.setSystemTime(new Date("2026-01-02T00:00:01Z"));
  expect(await store.idempotency.begin("k", "other")).toBeNull();
});
