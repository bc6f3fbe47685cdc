import { describe, expect, test } from "vitest";
import { collect, firstEvent, never, openRoom, textDataset, textModel } from "./job-room.ts";

const types = (events: { type: string }[]) => events.map(({ type }) => type);

describe("the life of a job", () => {
  test("runs from the queue to its end, with its figures in the job", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit({ epochs: 10, seed: 7 });
    expect(job).toMatchObject({ status: "queued", training: { epochs: 10, steps: null, seed: 7, optimizer: "adam" } });
    const run = await room.trainers.run(1);
    expect(run.spec).toMatchObject({ job: job.id, attempt: 1, resumeFrom: null, reportedStep: 0 });
    run.start();
    run.trainTo(3);
    run.checkpoint();
    run.trainTo(4);
    run.checkpoint(false);
    const running = await firstEvent(room, job.id, (event) => event.type === "checkpoint" && event.step === 4);
    expect(running.seq).toBe(8);
    expect(await room.runner.get(job.id)).toMatchObject({
      status: "running",
      attempt: 1,
      training: { epochs: 10, steps: 100 },
      progress: { step: 4, steps: 100, epoch: 0.4, loss: 0.25, eta_ms: 10, tokens_per_second: 1000 },
    });
    run.succeed();
    const ended = await room.runner.wait(job.id, 5000);
    expect(ended).toMatchObject({
      status: "succeeded",
      error: null,
      metrics: { validation_loss: 0.25 },
      queue_position: null,
    });
    expect(ended.finished_at).not.toBeNull();
    const events = await collect(room.runner.events(job.id, 0, never));
    expect(types(events)).toEqual([
      ...[
        "job-queued",
        "job-start",
        "step-end",
        "step-end",
        "step-end",
        "checkpoint",
        "step-end",
        "checkpoint",
        "job-end",
      ],
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(events[5]).not.toHaveProperty("file");
    const row = room.log.row(job.id);
    expect(row.versions).toBe(1);
    expect(row.checkpoints[0]).toMatchObject({ job: job.id, model: textModel.id, step: 3, best: true, bytes: 10 });
    expect(row.changes).toContainEqual(expect.objectContaining({ model: { parameter_count: 1234 } }));
  });

  test("two slots train two jobs; the others wait in order and say their place", async () => {
    const room = openRoom({ slots: 2 });
    await room.runner.start();
    const jobs = [];
    for (let count = 0; count < 5; count += 1) jobs.push(await room.submit());
    await room.trainers.run(2);
    expect(room.runner.counts()).toEqual({ queued: 3, running: 2, slots: 2 });
    const places = await Promise.all(jobs.map(async ({ id }) => (await room.runner.get(id)).queue_position));
    expect(places).toEqual([null, null, 1, 2, 3]);
    await room.runner.cancel(jobs[2]!.id);
    expect(room.runner.queuePosition(jobs[3]!.id)).toBe(1);
    (await room.trainers.run(2)).succeed();
    expect((await room.trainers.run(3)).spec.job).toBe(jobs[3]!.id);
    expect(room.runner.queuePosition(jobs[4]!.id)).toBe(1);
  });

  test("a full queue is said to be full, and a draining server takes nothing", async () => {
    const room = openRoom({ maxQueued: 2 });
    await room.runner.start();
    const first = await room.submit();
    await room.trainers.run(1);
    await Promise.all([room.submit(), room.submit()]);
    await expect(room.submit()).rejects.toMatchObject({ code: "server_busy", retryAfterSeconds: 30 });
    expect(room.log.rows.size).toBe(3);
    await room.runner.cancel(first.id);
    await room.runner.drain();
    await expect(room.submit()).rejects.toMatchObject({ code: "server_draining" });
  });

  test("data of another kind than the model's are refused", async () => {
    const { runner, log } = openRoom();
    const dataset = { ...textDataset, kind: "series" as const };
    await expect(runner.submit({ model: textModel, dataset, training: {} })).rejects.toMatchObject({
      code: "model_task_mismatch",
    });
    expect(log.rows.size).toBe(0);
  });

  test("wait comes back when the time is over, and for a job that is not there with job_not_found", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit();
    expect(await room.runner.wait(job.id, 5)).toMatchObject({ id: job.id, finished_at: null });
    await expect(room.runner.wait("job_none", 5)).rejects.toMatchObject({ code: "job_not_found" });
    await expect(room.runner.cancel("job_none")).rejects.toMatchObject({ code: "job_not_found" });
  });
});

describe("cancel, pause, resume", () => {
  test("a queued job is cancelled at once", async () => {
    const room = openRoom();
    await room.runner.start();
    await room.submit();
    const waiting = await room.submit();
    expect(await room.runner.cancel(waiting.id)).toMatchObject({ status: "cancelled", queue_position: null });
    expect(types(room.log.row(waiting.id).events)).toEqual(["job-queued", "job-end"]);
    await expect(room.runner.cancel(waiting.id)).rejects.toMatchObject({ code: "job_state" });
    await expect(room.runner.resume(waiting.id)).rejects.toMatchObject({ code: "job_state" });
  });

  test("a running job is asked to stop, and is cancelled when it has", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit();
    const run = await room.trainers.run(1);
    run.start();
    const [one, other] = await Promise.all([room.runner.cancel(job.id), room.runner.cancel(job.id)]);
    expect(one).toMatchObject({ status: "cancelled" });
    expect(other).toMatchObject({ status: "cancelled" });
    expect(run.stops[0]).toBe("cancel");
    expect(types(room.log.row(job.id).events)).toEqual(["job-queued", "job-start", "job-end"]);
    expect(room.runner.counts()).toEqual({ queued: 0, running: 0, slots: 1 });
  });

  test("a job cancelled before its trainer began never begins", async () => {
    const room = openRoom();
    await room.runner.start();
    room.log.hold();
    const submitted = room.submit();
    await firstRow(room.log.rows);
    const cancelled = room.runner.cancel("job_1");
    room.log.release();
    await submitted;
    expect(await cancelled).toMatchObject({ status: "cancelled" });
    expect(room.trainers.runs).toHaveLength(0);
  });

  test("a run that ends by itself before the word reaches it has succeeded, and the caller is told", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit();
    const run = await room.trainers.run(1);
    run.onStop = () => run.succeed();
    await expect(room.runner.cancel(job.id)).rejects.toMatchObject({ code: "job_state" });
    expect(await room.runner.get(job.id)).toMatchObject({ status: "succeeded" });
  });

  test("pause writes a checkpoint, resume goes on from it without reporting a step twice", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit();
    const run = await room.trainers.run(1);
    run.start();
    run.trainTo(7);
    expect(await room.runner.pause(job.id)).toMatchObject({ status: "paused", progress: { step: 7, eta_ms: null } });
    expect(run.stops).toEqual(["suspend"]);
    await expect(room.runner.pause(job.id)).rejects.toMatchObject({ code: "job_state" });
    await room.runner.resume(job.id);
    const second = await room.trainers.run(2);
    expect(second.spec).toMatchObject({ attempt: 2, reportedStep: 7, resumeFrom: `/nowhere/ckp_${job.id}_1_7-at-7` });
    second.start();
    second.trainTo(9);
    second.succeed();
    await room.runner.wait(job.id, 5000);
    const events = room.log.row(job.id).events;
    expect(events.flatMap((event) => (event.type === "step-end" ? event.step : []))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(events.filter(({ type }) => type === "job-paused" || type === "job-queued")).toMatchObject([
      { reason: "submitted" },
      { step: 7 },
      { reason: "resumed", position: 1 },
    ]);
  });

  test("a pause may turn into a cancellation, a cancellation into nothing else", async () => {
    const room = openRoom();
    await room.runner.start();
    const job = await room.submit();
    const run = await room.trainers.run(1);
    run.onStop = () => undefined;
    const paused = room.runner.pause(job.id);
    const cancelled = room.runner.cancel(job.id);
    const late = room.runner.pause(job.id);
    late.catch(() => undefined);
    run.end({ type: "outcome", outcome: { status: "stopped", step: 0 } });
    await expect(paused).rejects.toMatchObject({ code: "job_state" });
    await expect(late).rejects.toMatchObject({ code: "job_state" });
    expect(await cancelled).toMatchObject({ status: "cancelled" });
  });

  test("a job paused by an earlier process is resumed or cancelled by this one", async () => {
    const before = openRoom();
    await before.runner.start();
    const jobs = [await before.submit(), await before.submit()];
    await before.trainers.run(1);
    for (const { id } of jobs) await before.runner.pause(id);
    const room = openRoom({ log: before.log });
    await room.runner.start();
    expect(room.runner.counts()).toEqual({ queued: 0, running: 0, slots: 1 });
    await room.runner.resume(jobs[0]!.id);
    expect((await room.trainers.run(1)).spec.job).toBe(jobs[0]!.id);
    const [one, other] = await Promise.allSettled([room.runner.cancel(jobs[1]!.id), room.runner.cancel(jobs[1]!.id)]);
    expect([one.status, other.status]).toContain("fulfilled");
    expect(types(room.log.row(jobs[1]!.id).events).slice(-2)).toEqual(["job-paused", "job-end"]);
  });
});

async function firstRow(rows: Map<string, unknown>): Promise<void> {
  while (rows.size === 0) await Promise.resolve();
}
