import { describe, expect, test } from "vitest";
import { appError } from "../../src/errors.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import { collect, firstEvent, never, openRoom, type Room } from "./job-room.ts";
import type { ScriptedRun } from "./scripted-trainers.ts";

async function begin(room: Room): Promise<{ job: string; run: ScriptedRun }> {
  await room.runner.start();
  const { id } = await room.submit();
  const run = await room.trainers.run(1);
  run.start();
  return { job: id, run };
}

describe("the events of a job", () => {
  test("early, late and reconnecting subscribers get the same sequence", async () => {
    const room = openRoom({ timing: { ringSize: 8, flushMs: 1 } });
    const { job, run } = await begin(room);
    const early = collect(room.runner.events(job, 0, never));
    const reconnecting = (async () => {
      const seen: JobEvent[] = [];
      while (seen.at(-1)?.type !== "job-end") {
        const cut = new AbortController();
        for await (const event of room.runner.events(job, seen.at(-1)?.seq ?? 0, cut.signal)) {
          seen.push(event);
          if (seen.length % 7 === 0) break;
        }
      }
      return seen;
    })();
    for (let step = 10; step <= 500; step += 10) {
      run.trainTo(step);
      if (step % 50 === 0) run.checkpoint();
      await firstEvent(room, job, (event) => event.type === "step-end" && event.step === step);
    }
    const middle = collect(room.runner.events(job, 0, never));
    run.succeed();
    const all = await early;
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 513 }, (_, index) => index + 1));
    expect(await middle).toEqual(all);
    expect(await reconnecting).toEqual(all);
    expect(await collect(room.runner.events(job, 0, never))).toEqual(all);
    expect(await collect(room.runner.events(job, 500, never))).toEqual(all.slice(500));
    expect(await collect(room.runner.events(job, 513, never))).toEqual([]);
    expect(room.log.row(job).events).toEqual(all);
  });

  test("nothing is sent before it is stored", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.hold();
    const seen: number[] = [];
    const reader = (async () => {
      for await (const event of room.runner.events(job, 0, never)) seen.push(event.seq);
    })();
    run.trainTo(3);
    run.checkpoint();
    run.succeed();
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(seen).toEqual([1, 2]);
    expect(room.log.row(job).events).toHaveLength(2);
    room.log.release();
    await reader;
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("step-ends that come close together are one append; a checkpoint takes them along at once", async () => {
    const room = openRoom({ timing: { flushMs: 60_000 } });
    const { job, run } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.appends.length = 0;
    run.trainTo(50);
    run.checkpoint();
    run.trainTo(80);
    await firstEvent(room, job, (event) => event.type === "checkpoint");
    expect(room.log.appends).toEqual([51]);
    run.succeed();
    await room.runner.wait(job, 5000);
    expect(room.log.appends).toEqual([51, 31]);
  });

  test("a subscriber that leaves while it waits leaves nothing behind; one of a job that is not there is refused", async () => {
    const room = openRoom();
    const { job } = await begin(room);
    const gone = new AbortController();
    const events = collect(room.runner.events(job, 2, gone.signal));
    gone.abort();
    expect(await events).toEqual([]);
    await expect(collect(room.runner.events("job_none", 0, never))).rejects.toMatchObject({ code: "job_not_found" });
  });

  test("a paused job's subscriber waits, and goes on when the job does", async () => {
    const before = openRoom();
    const { job } = await begin(before);
    await before.runner.pause(job);
    const room = openRoom({ log: before.log });
    await room.runner.start();
    const all = collect(room.runner.events(job, 0, never));
    await room.runner.resume(job);
    (await room.trainers.run(1)).succeed();
    expect((await all).map(({ type }) => type)).toEqual([
      ...["job-queued", "job-start", "checkpoint", "job-paused", "job-queued", "job-end"],
    ]);
  });
});

describe("a log that cannot be written", () => {
  const full = () => appError("disk_full", "no space left on the device");

  test("training goes on; the events come later, in order, with a warning that says so", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.failures = [full(), full(), full()];
    run.trainTo(5);
    run.checkpoint();
    await firstEvent(room, job, (event) => event.type === "checkpoint");
    run.trainTo(6);
    run.succeed();
    expect(await room.runner.wait(job, 5000)).toMatchObject({ status: "succeeded" });
    const events = room.log.row(job).events;
    expect(events.map(({ type }) => type)).toEqual([
      ...["job-queued", "job-start", ...Array(5).fill("step-end"), "checkpoint", "warning", "step-end", "job-end"],
    ]);
    expect(events[8]).toMatchObject({ code: "log_delayed", message: expect.stringContaining("(disk_full)") });
  });

  test("an append that failed after it was committed is not stored twice", async () => {
    const room = openRoom();
    const { job, run } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.failAfterStoring = true;
    run.trainTo(2);
    run.checkpoint();
    run.succeed();
    await room.runner.wait(job, 5000);
    const steps = room.log.row(job).events.flatMap((event) => (event.type === "step-end" ? event.step : []));
    expect(steps).toEqual([1, 2]);
  });

  test("what waits is bounded: step-ends are thinned and counted, checkpoints and the end are kept", async () => {
    const room = openRoom({ timing: { bufferLimit: 100 } });
    const { job, run } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.failures = [full()];
    room.log.hold();
    const held = new Promise<void>((resolve) => {
      room.log.onHeld = resolve;
    });
    run.trainTo(1);
    await held;
    run.trainTo(1000);
    run.checkpoint();
    run.succeed();
    room.log.release();
    await room.runner.wait(job, 5000);
    const events = room.log.row(job).events;
    const steps = events.filter(({ type }) => type === "step-end");
    expect(steps.length).toBeLessThan(200);
    expect(steps.at(-1)).toMatchObject({ step: 1000 });
    expect(events.filter(({ type }) => type === "checkpoint")).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: "job-end", status: "succeeded" });
    const warning = events.find(({ type }) => type === "warning");
    expect(warning).toMatchObject({ message: expect.stringContaining(`${1000 - steps.length} step-end events`) });
  });

  test("whoever asks for a change is told that it cannot be stored; the change is made all the same", async () => {
    const room = openRoom({ timing: { retryMs: () => 20 } });
    const { job } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.failures = [full()];
    await expect(room.runner.cancel(job)).rejects.toMatchObject({ code: "disk_full" });
    expect(await room.runner.wait(job, 5000)).toMatchObject({ status: "cancelled" });
  });

  test("a drain does not wait for it for ever", async () => {
    const room = openRoom({ timing: { drainMs: 20 } });
    const { job } = await begin(room);
    await firstEvent(room, job, (event) => event.type === "job-start");
    room.log.failures = Array.from({ length: 10_000 }, full);
    await room.runner.drain();
    expect(room.log.row(job).job.status).toBe("running");
  });
});
