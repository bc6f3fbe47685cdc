import { expect, test } from "vitest";
import { createTrainerPool } from "../../src/workers/trainer-pool.ts";
import { collect, firstEvent, never, openRoom, silent } from "./job-room.ts";

function openWith(fixture: string, options: Parameters<typeof openRoom>[0] = {}) {
  const entry = new URL(`../fixtures/trainers/${fixture}.mjs`, import.meta.url);
  const watchdog = { silenceMs: 50, lastLookMs: 5 };
  const pool = createTrainerPool({ logger: silent, environment: process.env, entry, watchdog });
  return { pool, ...openRoom({ startTrainer: pool.start, ...options }) };
}

test("kill -9 of the trainer: the job goes on from its checkpoint and reports every step once", async () => {
  const room = openWith("trains");
  await room.runner.start();
  const { id } = await room.submit({ steps: 10, checkpoint_every: 4, sample_every: 6 });
  await firstEvent(room, id, (event) => event.type === "step-end" && event.step === 6);
  process.kill(room.pool.processes()[0]!.pid!, "SIGKILL");
  expect(await room.runner.wait(id, 30_000)).toMatchObject({ status: "succeeded", attempt: 2 });
  const events = await collect(room.runner.events(id, 0, never));
  expect(events.flatMap((event) => (event.type === "step-end" ? event.step : []))).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  ]);
  expect(events.flatMap((event) => (event.type === "job-start" ? [event.attempt, event.step] : []))).toEqual([
    1, 0, 2, 4,
  ]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

test.each([
  ["throws", "trainer_lost", "with exit code 1"],
  ["exits-zero", "trainer_lost", "with exit code 0"],
  ["crashes", "trainer_lost", "by SIGSEGV"],
  ["hangs", "trainer_silent", "expected progress within"],
])("a trainer that %s three times fails the job with its cause", async (fixture, code, detail) => {
  const room = openWith(fixture);
  await room.runner.start();
  const { id } = await room.submit();
  expect(await room.runner.wait(id, 30_000)).toMatchObject({
    ...{ status: "failed", attempt: 3 },
    error: { code, detail: expect.stringContaining(detail) },
  });
  expect(room.pool.processes()).toEqual([]);
});

test("a loss that is not a number fails the job without another try", async () => {
  const room = openWith("diverges");
  await room.runner.start();
  const { id } = await room.submit();
  expect(await room.runner.wait(id, 30_000)).toMatchObject({ attempt: 1, error: { code: "training_diverged" } });
});

test("a trainer that ignores its cancellation is killed; the job is cancelled and the slot is free", async () => {
  const room = openWith("ignores-stop", { timing: { graceMs: { cancel: 20, pause: 20, drain: 20 } } });
  await room.runner.start();
  const { id } = await room.submit();
  await firstEvent(room, id, (event) => event.type === "warning");
  expect(await room.runner.cancel(id)).toMatchObject({ status: "cancelled", error: null });
  expect(room.runner.counts().running).toBe(0);
  expect(room.pool.processes()).toEqual([]);
});

test("drain: the run writes its checkpoint, its job is queued again", async () => {
  const room = openWith("trains");
  await room.runner.start();
  const { id } = await room.submit({ steps: 10, checkpoint_every: 100, sample_every: 6 });
  await firstEvent(room, id, (event) => event.type === "step-end" && event.step === 6);
  await room.runner.drain();
  expect(room.log.row(id)).toMatchObject({ job: { status: "queued" }, checkpoints: [{ step: 6 }] });
  expect(room.pool.processes()).toEqual([]);
});
