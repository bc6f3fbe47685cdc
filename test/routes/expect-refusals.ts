import type { FastifyInstance } from "fastify";
import { expect } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster, seedWriter } from "../seed.ts";

interface BadRequest {
  body?: unknown;
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

/** What is wrong; the status, the code and the pointer of the first fault that must come back; the request; part of the hint or of what is allowed. */
export type Refusal = [name: string, expected: string, request: BadRequest, says?: string | RegExp];

/** Sends every bad request, by route, to a service with a writer, a seer, their datasets and jobs; nothing may be left behind. */
export async function expectRefusals(table: Record<string, Refusal[]>): Promise<void> {
  const { app, inference, log } = await buildApp();
  await seedWriter(app);
  await seedForecaster(app);
  const before = await inventory(app);
  for (const [route, refusals] of Object.entries(table)) {
    for (const refusal of refusals) await expectRefusal(app, await withJob(app, route), refusal);
  }
  expect(await inventory(app)).toEqual(before);
  expect(inference.parts).toBe(0);
  expect(log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
}

async function expectRefusal(app: FastifyInstance, route: string, [name, expected, request, says]: Refusal) {
  const { body, ...extras } = request;
  const reply = await call(app, route, body, extras);
  const [fault] = reply.body.errors;
  const came = `${reply.status} ${reply.body.code} ${fault?.pointer ?? ""}`;
  expect.soft(came.startsWith(expected) ? expected : came, `${route}: ${name}`).toBe(expected);
  if (says !== undefined) expect.soft(`${fault?.hint} ${JSON.stringify(fault?.allowed)}`, name).toMatch(says);
  expect.soft(reply.body.request_id, name).toMatch(/^req_[0-9a-z]{26}$/);
  expect.soft(reply.text, name).not.toMatch(/node_modules|\.ts:|\/tmp\//);
}

async function inventory(app: FastifyInstance) {
  const page = { limit: 100 };
  const [datasets, models, jobs] = [app.store.datasets, app.store.models, app.store.jobs];
  return [await datasets.list(page), await models.list(page), await jobs.list(page)];
}

async function withJob(app: FastifyInstance, route: string): Promise<string> {
  if (!route.includes("JOB")) return route;
  return route.replace("JOB", (await app.store.jobs.list({ limit: 1 })).data[0]?.id ?? "");
}
