import { describe, expect, test } from "vitest";
import { appError } from "../../src/errors.ts";
import { firstEvent, openRoom, type Room } from "./job-room.ts";
import { MemoryJobLog } from "./memory-job-log.ts";
import type { ScriptedRun } from "./scripted-trainers.ts";

async function begin(room: Room): Promise<{ job: string; run: ScriptedRun }> {
  await room.runner.start();
  const { id } = await room.submit();
  const run = await room.trainers.run(1);
  run.start();
  return { job: id, run };
}

describe("a run that is lost", () => {
  test("goes on from the last checkpoint; every step is reported once", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    run.trainTo(4);
    run.checkpoint();
    run.trainTo(6);
    run.lose();
    const second = await room.trainers.run(2);
    expect(second.spec).toMatchObject({ attempt: 2, reportedStep: 6, resumeFrom: `/nowhere/ckp_${job}_1_4-at-4` });
    second.start();
    second.trainTo(8);
    second.succeed();
    expect(await room.runner.wait(job, 5000)).toMatchObject({ status: "succeeded", attempt: 2 });
    const events = room.log.row(job).events;
    expect(events.flatMap((event) => (event.type === "step-end" ? event.step : []))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "warning",
        code: "trainer_lost",
        message: "the training process ended by SIGSEGV",
      }),
    );
    expect(events).toContainEqual(expect.objectContaining({ type: "job-queued", reason: "trainer-lost", position: 1 }));
  });

  test("three losses without a new checkpoint fail the job, with the cause", async () => {
    const room = openRoom();
    const { job } = await begin(room);
    for (const number of [1, 2, 3]) (await room.trainers.run(number)).lose();
    expect(await room.runner.wait(job, 5000)).toMatchObject({
      status: "failed",
      attempt: 3,
      error: {
        code: "trainer_lost",
        detail: "the training process ended by SIGSEGV (3 times in a row without a new checkpoint)",
      },
    });
  });

  test("a new checkpoint starts the count anew", async () => {
    const room = openRoom();
    const { job } = await begin(room);
    for (const number of [1, 2, 3, 4]) {
      const run = await room.trainers.run(number);
      if (number === 2) run.checkpoint();
      run.lose();
      if (number === 3) expect(await room.runner.get(job)).toMatchObject({ finished_at: null });
    }
    // Three since the checkpoint: the run that wrote it, and two more.
    expect(await room.runner.wait(job, 5000)).toMatchObject({ status: "failed", attempt: 4 });
  });

  test("an error that another try would meet again fails the job at once", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    const error = { code: "training_diverged" as const, detail: "the loss is NaN at step 3; try 0.0002", errors: [] };
    run.checkpoint();
    run.end({ type: "error", error });
    expect(await room.runner.wait(job, 5000)).toMatchObject({
      status: "failed",
      attempt: 1,
      error: { code: "training_diverged", detail: "the loss is NaN at step 3; try 0.0002" },
    });
    expect(room.log.row(job)).toMatchObject({ versions: 0, checkpoints: [{ step: 0 }] });
  });

  test("an unexpected error is tried again, and shown without the server's paths", async () => {
    const room = openRoom();
    const { job } = await begin(room);
    const detail = "ENOENT: no such file or directory, open '/srv/data/datasets/ds_1.txt'";
    for (const number of [1, 2, 3]) {
      (await room.trainers.run(number)).end({ type: "error", error: { code: "internal", detail, errors: [] } });
    }
    const { error } = await room.runner.wait(job, 5000);
    expect(error?.code).toBe("training_failed");
    expect(error?.detail).toContain("ENOENT: no such file or directory, open '(path)'");
    expect(error?.detail).not.toContain("/srv");
  });

  test("a trainer that cannot even be started is a lost run", async () => {
    const startTrainer = () => {
      throw new Error("spawn EAGAIN");
    };
    const room = openRoom({ startTrainer });
    await room.runner.start();
    const { id } = await room.submit();
    expect(await room.runner.wait(id, 5000)).toMatchObject({ status: "failed", error: { code: "training_failed" } });
  });

  test("a job that waits for its next try leaves the slot to others, and can be cancelled", async () => {
    const room = openRoom({ timing: { retryDelayMs: () => 60_000 } });
    const { job, run } = await begin(room);
    const other = await room.submit();
    run.lose();
    const second = await room.trainers.run(2);
    expect(second.spec.job).toBe(other.id);
    expect(await room.runner.get(job)).toMatchObject({ status: "queued", queue_position: 1 });
    expect(await room.runner.cancel(job)).toMatchObject({ status: "cancelled" });
    await room.runner.drain();
  });

  test("asked to stop and lost: cancelled stays cancelled, paused keeps the last checkpoint", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    run.trainTo(4);
    run.checkpoint();
    run.trainTo(9);
    run.onStop = () => run.lose();
    expect(await room.runner.pause(job)).toMatchObject({ status: "paused", progress: { step: 4 } });
    await room.runner.resume(job);
    const second = await room.trainers.run(2);
    second.onStop = () => second.lose();
    expect(await room.runner.cancel(job)).toMatchObject({ status: "cancelled", error: null });
  });
});

describe("a server that ends", () => {
  test("drain has running jobs write a checkpoint and puts them back; the next start goes on with them first", async () => {
    const before = openRoom({ slots: 2 });
    await before.runner.start();
    const jobs = [await before.submit(), await before.submit(), await before.submit()];
    const run = await before.trainers.run(2);
    run.start();
    run.trainTo(5);
    await before.runner.drain();
    expect(run.stops).toEqual(["suspend"]);
    expect(before.runner.counts()).toMatchObject({ queued: 3, running: 0 });
    const stored = before.log.row(jobs[1]!.id);
    expect(stored.job).toMatchObject({ status: "queued", attempt: 1 });
    expect(stored.events.at(-1)).toMatchObject({ type: "job-queued", reason: "server-stopped" });
    expect(stored.checkpoints).toMatchObject([{ step: 5 }]);
    const room = openRoom({ log: before.log });
    await room.runner.start();
    expect((await room.trainers.run(1)).spec).toMatchObject({ job: jobs[0]!.id, attempt: 2 });
  });

  test("killed: what was running is queued again, before what waited, and loses nothing that was stored", async () => {
    const before = openRoom({ slots: 2 });
    await before.runner.start();
    const jobs = [await before.submit(), await before.submit(), await before.submit()];
    (await before.trainers.run(1)).succeed();
    await before.runner.wait(jobs[0]!.id, 5000);
    const run = await before.trainers.run(2);
    run.start();
    run.trainTo(3);
    run.checkpoint();
    run.trainTo(6);
    const job = jobs[1]!.id;
    await firstEvent(before, job, (event) => event.type === "step-end" && event.step === 6);
    // Nothing more is said to the first runner: its process is gone.
    const room = openRoom({ log: before.log });
    await room.runner.start();
    expect(room.log.row(job).events.at(-1)).toMatchObject({ type: "job-queued", reason: "server-lost", position: 1 });
    const again = await room.trainers.run(1);
    expect(again.spec).toMatchObject({ job, attempt: 2, reportedStep: 6, resumeFrom: `/nowhere/ckp_${job}_1_3-at-3` });
    expect(room.log.row(jobs[0]!.id).job.status).toBe("succeeded");
  });

  test("killed between a job's row and its first event: the event is written by the next start", async () => {
    const before = openRoom();
    const job = await before.log.create({
      model: "mdl_1",
      dataset: "ds_1",
      training: (await before.submit()).training,
    });
    const room = openRoom({ log: before.log });
    await room.runner.start();
    expect(room.log.row(job.id).events).toMatchObject([
      { type: "job-queued", reason: "submitted", seq: 1, position: 2 },
    ]);
  });

  test("a job that cannot be read keeps neither the server nor the others from their start", async () => {
    const before = openRoom({ maxQueued: 10 });
    const jobs = [await before.submit(), await before.submit()];
    const room = openRoom({ log: new MemoryJobLog(before.log.rows) });
    const readRecord = room.log.record.bind(room.log);
    room.log.record = (id) =>
      id === jobs[0]!.id ? Promise.reject(appError("dataset_not_found", "its row is damaged")) : readRecord(id);
    await room.runner.start();
    expect((await room.trainers.run(1)).spec.job).toBe(jobs[1]!.id);
  });

  test("a job whose data are gone fails with that; one that cannot be read just now is tried again", async () => {
    const room = openRoom();
    await room.runner.start();
    const readRecord = room.log.record.bind(room.log);
    const gone = appError("dataset_not_found", "it was deleted");
    const answers: (() => Promise<never>)[] = [
      () => Promise.reject(new Error("database is locked")),
      () => Promise.reject(gone),
    ];
    room.log.record = (id) => answers.shift()?.() ?? readRecord(id);
    const { id } = await room.submit();
    expect(await room.runner.wait(id, 5000)).toMatchObject({
      status: "failed",
      error: { code: "dataset_not_found", detail: "it was deleted" },
    });
    expect(answers).toHaveLength(0);
  });
});
