import { expect, test, vi } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";

test("live answers without the database; ready names the backend, the queue and the disk", async () => {
  const { app } = await buildApp({ UNROLL_AUTH: "on" });
  const rooms = [vi.spyOn(app.store.keys, "find"), vi.spyOn(app.store, "diskFreeBytes")];
  expect((await call(app, "GET /health/live")).body).toEqual({ status: "live" });
  for (const room of rooms) expect(room).not.toHaveBeenCalled();
  expect((await call(app, "GET /health/ready")).body).toMatchObject({
    ...{ status: "ready", reasons: [], queue: { queued: 0, running: 0, slots: 1 } },
    backend: { level: "tensorflow", version: "2.21.0", precisions: ["fp32"], reason: null },
    disk_free_bytes: expect.any(Number),
  });
});

test("not ready says why", async () => {
  const { app, inference } = await buildApp();
  inference.loaded = null;
  app.store.diskFreeBytes = async () => 1000;
  const { status, body } = await call(app, "GET /health/ready");
  expect(status).toBe(503);
  expect(body.reasons).toEqual([
    "the inference thread is not ready",
    "the disk of the data folder has 1000 bytes left",
  ]);
  app.store.diskFreeBytes = () => Promise.reject(new Error("EIO"));
  expect((await call(app, "GET /health/ready")).body).toMatchObject({ disk_free_bytes: null });
});

test("version, problems and the landing page", async () => {
  const { app } = await buildApp();
  expect((await call(app, "GET /version")).body).toMatchObject({ name: "unroll", api: "v1", node: process.version });
  expect((await call(app, "GET /problems/history_too_short")).body).toMatchObject({ status: 422 });
  expect((await call(app, "GET /problems/nothing")).body.code).toBe("route_not_found");
  expect((await call(app, "GET /")).body.links.docs).toBe("/docs");
  const page = await call(app, "GET /", undefined, { headers: { accept: "text/html" } });
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.text).toContain('href="/docs"');
});
