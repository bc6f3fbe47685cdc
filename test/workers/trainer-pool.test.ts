import { describe, expect, test } from "vitest";
import type { TrainingEvent, TrainingSpec } from "../../src/schemas/training-run.ts";
import type { Logger } from "../../src/workers/logger.ts";
import type { WatchdogLimits } from "../../src/workers/progress-watchdog.ts";
import { createTrainerPool } from "../../src/workers/trainer-pool.ts";
import { spec } from "./training-spec.ts";

function open(fixture: string, watchdog: Partial<WatchdogLimits> = {}) {
  const lines: { level: string; message: string; fields: object }[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  const logger: Logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const entry = new URL(`../fixtures/trainers/${fixture}.mjs`, import.meta.url);
  const environment = { ...process.env, UNROLL_API_KEY: "unr_secret", NODE_OPTIONS: "--inspect", TF_NUM_THREADS: "1" };
  const pool = createTrainerPool({ logger, environment, entry, watchdog: { lastLookMs: 5, ...watchdog } });
  const events: TrainingEvent[] = [];
  let arrived: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let beat: () => void = () => undefined;
  const repeated = new Promise<void>((resolve) => {
    beat = resolve;
  });
  const start = (changes: Partial<TrainingSpec["training"]> = {}) =>
    pool.start({ ...spec, training: { ...spec.training, ...changes } }, (event) => {
      events.push(event);
      arrived();
      if (event.type === "warning" && event.code === "repeated") beat();
    });
  return { pool, start, events, lines, first, repeated };
}

describe("a run in a process of its own", () => {
  test("hands on its events in order, then its outcome; the process is gone", async () => {
    const { pool, start, events } = open("trains");
    const run = start();
    const { pid } = pool.processes()[0]!;
    expect(await run.ended).toEqual({
      type: "outcome",
      outcome: { status: "succeeded", step: 10, metrics: { validation_loss: 0.5 } },
    });
    const steps = events.flatMap((event) => (event.type === "step-end" ? event.step : []));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(pool.processes()).toEqual([]);
    expect(() => process.kill(pid!, 0)).toThrow("ESRCH");
  });

  test("is given a small environment, without keys", async () => {
    const { start, events } = open("tells-environment");
    await start().ended;
    const names = (events[0] as { message: string }).message.split(" ");
    expect(names).toContain("PATH");
    expect(names).toContain("TF_NUM_THREADS");
    expect(names.filter((name) => name.startsWith("UNROLL") || name === "NODE_OPTIONS" || name === "VITEST")).toEqual(
      [],
    );
  });

  test("a run stopped in time has stopped by itself", async () => {
    const { start, first, events } = open("trains");
    const run = start({ sample_every: 2 });
    await first;
    run.stop("suspend", 60_000);
    expect(await run.ended).toEqual({ type: "outcome", outcome: { status: "stopped", step: 2 } });
    expect(events.at(-1)).toMatchObject({ type: "checkpoint", step: 2 });
  });

  test("all that was sent counts, even if the process dies upon it", async () => {
    const { start, events } = open("floods");
    expect(await start().ended).toMatchObject({ outcome: { status: "succeeded" } });
    expect(events).toHaveLength(2000);
  });

  test("a process that has said its end and stays is ended", async () => {
    const { pool, start } = open("stays");
    expect(await start().ended).toMatchObject({ outcome: { status: "succeeded" } });
    expect(pool.processes()).toEqual([]);
  });
});

describe("a run that fails", () => {
  test("an exception: lost, with the exit code; what it wrote is in the log", async () => {
    const { start, lines } = open("throws");
    expect(await start().ended).toEqual({
      type: "lost",
      code: "trainer_lost",
      detail: "the training process ended with exit code 1 after step 0, before the run was over",
    });
    const warning = lines.find(({ level }) => level === "warn");
    expect(warning?.fields).toMatchObject({ lines: expect.arrayContaining(["about to fail"]) });
  });

  test.each([
    ["exits-zero", "with exit code 0"],
    ["crashes", "by SIGSEGV"],
  ])("%s: lost, %s", async (fixture, how) => {
    const { start } = open(fixture);
    expect(await start().ended).toMatchObject({
      code: "trainer_lost",
      detail: expect.stringContaining(`ended ${how}`),
    });
  });

  test("killed from outside: lost, by SIGKILL, after the step it had reached", async () => {
    const { pool, start, first, events } = open("trains");
    const run = start({ sample_every: 3 });
    await first;
    process.kill(pool.processes()[0]!.pid!, "SIGKILL");
    const end = await run.ended;
    const step = events.findLast((event) => "step" in event);
    expect(end).toMatchObject({ detail: expect.stringContaining("by SIGKILL") });
    expect(end).toMatchObject({ detail: expect.stringContaining(`after step ${(step as { step: number }).step},`) });
  });

  test("the engine's own error comes through as it is", async () => {
    const error = { code: "training_diverged", detail: "the loss is NaN at step 3", errors: [] };
    expect(await open("diverges").start().ended).toEqual({ type: "error", error });
  });

  test("a program that is not there", async () => {
    expect(await open("no-such-trainer").start().ended).toMatchObject({ code: "trainer_lost" });
  });
});

describe("a run that does not end", () => {
  test("deaf to its cancellation: killed after the grace period", async () => {
    const { start, first } = open("ignores-stop");
    const run = start();
    await first;
    run.stop("cancel", 20);
    expect(await run.ended).toEqual({
      type: "lost",
      code: "trainer_lost",
      detail: "the training process had to be ended: it did not cancel within 0.02 s",
    });
  });

  test("hung: killed when no progress comes", async () => {
    const { start } = open("hangs", { silenceMs: 50 });
    expect(await start().ended).toMatchObject({
      code: "trainer_silent",
      detail: expect.stringContaining("got none after step 2"),
    });
  });

  test("alive without progress: killed as well", async () => {
    const { start } = open("stands-still", { startMs: 500 });
    expect(await start().ended).toMatchObject({ code: "trainer_silent" });
  });

  test("silent, but taking breath: left alone", async () => {
    const { start, repeated } = open("repeats", { silenceMs: 500 });
    const run = start();
    await repeated;
    run.stop("cancel", 60_000);
    expect(await run.ended).toEqual({ type: "outcome", outcome: { status: "stopped", step: 9 } });
  });
});
