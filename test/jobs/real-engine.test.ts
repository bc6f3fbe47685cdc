import { expect, test } from "vitest";
import { createJobRunner } from "../../src/jobs/create-job-runner.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { TrainingEvent, TrainingSpec } from "../../src/schemas/training-run.ts";
import { createTrainerPool } from "../../src/workers/trainer-pool.ts";
import type { StartTrainer } from "../../src/workers/trainer-run.ts";
import { newModel } from "../store/store-values.ts";
import { temporaryStore } from "../store/temporary-store.ts";
import { collect, firstEvent, never, silent } from "./job-room.ts";

/** The real store, and real trainers: processes of the compiled engine (npm test builds it first). */
async function openHouse() {
  const { store } = await temporaryStore();
  const pool = createTrainerPool({ logger: silent, environment: process.env });
  /** Hears every event as it leaves a trainer, long before it is stored. */
  const hear = { event: (_spec: TrainingSpec, _event: TrainingEvent): void => undefined };
  const startTrainer: StartTrainer = (spec, onEvent) =>
    pool.start(spec, (event) => {
      onEvent(event);
      hear.event(spec, event);
    });
  const runner = createJobRunner({ log: store.jobs, startTrainer, slots: 1, maxQueued: 10, logger: silent });
  await runner.start();
  const text = "the quick brown fox jumps over the lazy dog. ".repeat(50);
  const dataset = await store.datasets.create({ format: "json", body: { name: "foxes", kind: "text", text } });
  const submit = async (name: string) => {
    const model = await store.models.create(newModel(name));
    const training = {
      steps: 300,
      batch_size: 4,
      sequence_length: 8,
      checkpoint_every: 50,
      sample_every: 100,
      seed: 7,
    };
    return runner.submit({ model, dataset, training: { ...training, sample_length: 20 } });
  };
  return { store, pool, runner, submit, hear };
}

const ofType = <T extends JobEvent["type"]>(events: JobEvent[], type: T) =>
  events.filter((event): event is Extract<JobEvent, { type: T }> => event.type === type);

test("a real run, killed and then paused on its way, ends with the numbers of an unbroken one", async () => {
  const house = await openHouse();
  // Ctrl-C in a terminal and a service manager's farewell reach the trainers too; the server alone decides.
  house.hear.event = (_, { type }) => {
    if (type !== "job-start") return;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(house.pool.processes()[0]!.pid!, signal);
  };
  const unbroken = await house.submit("unbroken");
  expect(await house.runner.wait(unbroken.id, 100_000)).toMatchObject({ status: "succeeded", attempt: 1, error: null });
  const smooth = await collect(house.runner.events(unbroken.id, 0, never));

  const paused = new Promise<Job>((resolve, reject) => {
    house.hear.event = ({ attempt, job }, event) => {
      if (attempt === 1 && event.type === "checkpoint") process.kill(house.pool.processes()[0]!.pid!, "SIGKILL");
      if (attempt === 2 && event.type === "job-start") house.runner.pause(job).then(resolve, reject);
    };
  });
  const broken = await house.submit("broken");
  expect(await paused).toMatchObject({ status: "paused" });
  await house.runner.resume(broken.id);
  expect(await house.runner.wait(broken.id, 100_000)).toMatchObject({ status: "succeeded", attempt: 3 });
  const rough = await collect(house.runner.events(broken.id, 0, never));

  expect(rough.map(({ seq }) => seq)).toEqual(rough.map((_, index) => index + 1));
  const steps = ofType(rough, "step-end").map(({ step }) => step);
  expect(steps).toEqual([...new Set(steps)].sort((one, other) => one - other));
  expect(ofType(rough, "sample").map(({ step, text }) => [step, text])).toEqual(
    ofType(smooth, "sample").map(({ step, text }) => [step, text]),
  );
  const last = (events: JobEvent[]) => ofType(events, "checkpoint").findLast(({ step }) => step === 300)!.metrics;
  expect(last(rough)).toEqual(last(smooth));
  expect(last(smooth).validation_loss).toBeLessThan(3.2);
  const { data: checkpoints } = await house.store.jobs.checkpoints(broken.id);
  expect(checkpoints.some(({ latest, step }) => latest && step === 300)).toBe(true);
  expect(await house.store.models.get("broken")).toMatchObject({
    status: "ready",
    versions: [{ version: 1, job: broken.id }],
  });
}, 200_000);

test("a real run is cancelled within a moment, and its process is gone", async () => {
  const house = await openHouse();
  const job = await house.submit("cancelled");
  await firstEvent(house, job.id, (event) => event.type === "step-end");
  expect(await house.runner.cancel(job.id)).toMatchObject({ status: "cancelled" });
  expect(house.pool.processes()).toEqual([]);
}, 200_000);
