import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, runStatement } from "../../src/store/connect.ts";
import { drivers } from "./drivers.ts";
import { event, stepEnd, training } from "./store-values.ts";
import { checkpointChange, jobIn, temporaryStore } from "./temporary-store.ts";

describe.each(drivers)("jobs on %s", (driver) => {
  test("a new job is queued, with nothing in its log", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, model, dataset } = await jobIn(store);
    expect(await store.jobs.get(job)).toMatchObject({
      id: job,
      object: "job",
      status: "queued",
      model,
      dataset,
      training,
      queue_position: null,
      attempt: 0,
      metrics: {},
      error: null,
      started_at: null,
      finished_at: null,
    });
    expect(job).toMatch(/^job_[0-9a-z]{26}$/);
    expect(await store.jobs.events(job, 0, 10)).toEqual([]);
    expect(await store.jobs.record(job)).toMatchObject({
      latestCheckpoint: null,
      reportedStep: 0,
      lastSeq: 0,
      task: "text",
    });
  });

  test("events come back as they were given, page by page", async () => {
    const { store } = await temporaryStore({ driver });
    const { job } = await jobIn(store);
    const events = [
      event(job, 1, { type: "job-queued", position: 1, reason: "submitted" }),
      event(job, 2, { type: "sample", step: 3, text: "quote \" nul \u0000 tab \t 🙂 'x' \u2028" }),
      stepEnd(job, 3, 4),
      event(job, 4, { type: "warning", code: "w", message: "" }),
    ];
    await store.jobs.append(job, events.slice(0, 3));
    await store.jobs.append(job, events.slice(3));
    expect(await store.jobs.events(job, 0, 100)).toEqual(events);
    expect(await store.jobs.events(job, 1, 2)).toEqual(events.slice(1, 3));
    expect(await store.jobs.events(job, 4, 2)).toEqual([]);
    expect(await store.jobs.record(job)).toMatchObject({ reportedStep: 4, lastSeq: 4 });
  });

  test("the row changes with the events", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, model } = await jobIn(store);
    const startedAt = "2026-01-02T03:04:05.678Z";
    const progress = {
      step: 5,
      steps: 100,
      epoch: 0.1,
      loss: 2.5,
      validation_loss: null,
      tokens_per_second: 9,
      eta_ms: 7,
    };
    const change = {
      status: "running",
      progress,
      attempt: 1,
      startedAt,
      model: { parameter_count: 3_000_000_000 },
    } as const;
    await store.jobs.append(job, [stepEnd(job, 1, 5)], change);
    expect(await store.jobs.get(job)).toMatchObject({ status: "running", progress, attempt: 1, started_at: startedAt });
    expect(await store.models.get(model)).toMatchObject({ status: "training", parameter_count: 3_000_000_000 });
    const error = { code: "training_diverged", detail: "the loss is not finite" };
    await store.jobs.append(job, [], { status: "failed", error, finishedAt: startedAt, metrics: { loss: 9 } });
    expect(await store.jobs.get(job)).toMatchObject({
      status: "failed",
      error,
      finished_at: startedAt,
      metrics: { loss: 9 },
    });
    expect(await store.models.get(model)).toMatchObject({ status: "untrained" });
    await store.jobs.append(job, [], { error: null });
    expect(await store.jobs.get(job)).toMatchObject({ error: null });
  });

  test("an append that fails leaves nothing of itself", async () => {
    const { store } = await temporaryStore({ driver });
    const { job } = await jobIn(store);
    await store.jobs.append(job, [stepEnd(job, 1, 1)]);
    const elsewhere = {
      ...(await checkpointChange(store, job, { number: 1, step: 2, best: true, loss: 1 })),
      path: "/tmp/x",
    };
    await expect(
      store.jobs.append(job, [stepEnd(job, 2, 2)], { status: "running", checkpoint: elsewhere }),
    ).rejects.toMatchObject({ code: "internal" });
    expect(await store.jobs.events(job, 0, 10)).toHaveLength(1);
    expect(await store.jobs.get(job)).toMatchObject({ status: "queued" });
    await store.jobs.append(job, [stepEnd(job, 2, 2)]);
  });

  test.each([[[3]], [[1]], [[2, 4]], [[2, 2]]])(
    "numbers %j after 1 are refused: the log has no gaps",
    async (numbers) => {
      const { store } = await temporaryStore({ driver });
      const { job } = await jobIn(store);
      await store.jobs.append(job, [stepEnd(job, 1, 1)]);
      const events = numbers.map((seq) => stepEnd(job, seq, seq));
      await expect(store.jobs.append(job, events)).rejects.toMatchObject({ code: "internal" });
      expect(await store.jobs.events(job, 0, 10)).toHaveLength(1);
    },
  );

  test("statements of others wait for an open transaction and survive its rollback", async () => {
    const { store } = await temporaryStore({ driver });
    const { job } = await jobIn(store);
    const other = await jobIn(store, "second");
    const failing = Array.from({ length: 20 }, () =>
      store.jobs.append(job, [stepEnd(job, 1, 1), stepEnd(job, 3, 3)]).catch((error: unknown) => error),
    );
    const keys = Array.from({ length: 20 }, (_, index) => store.keys.create({ name: `k${index}`, scope: "read" }));
    const good = Array.from({ length: 20 }, (_, index) =>
      store.jobs.append(other.job, [stepEnd(other.job, index + 1, index + 1)]),
    );
    await Promise.all([...failing, ...keys, ...good]);
    expect(await store.keys.list()).toHaveLength(20);
    expect(await store.jobs.events(job, 0, 10)).toEqual([]);
    expect(await store.jobs.events(other.job, 0, 100)).toHaveLength(20);
  });

  test("another program that holds the database makes writes fail, and does no harm beyond that", async () => {
    const { store, folder } = await temporaryStore({ driver, busyTimeoutMs: 20 });
    const { job } = await jobIn(store);
    const other = await connect(join(folder, "unroll.db"), { driver, busyTimeoutMs: 0 });
    for (let seq = 1; seq < 5; seq++) {
      await runStatement(other, "BEGIN IMMEDIATE");
      const busy = { code: "server_busy", status: 503 };
      await expect(store.jobs.append(job, [stepEnd(job, seq, seq)])).rejects.toMatchObject(busy);
      await expect(store.keys.create({ name: "k", scope: "read" })).rejects.toMatchObject(busy);
      expect(await store.jobs.events(job, 0, 10)).toHaveLength(seq - 1);
      await runStatement(other, "ROLLBACK");
      await store.jobs.append(job, [stepEnd(job, seq, seq)]);
    }
    expect(await store.jobs.events(job, 0, 10)).toHaveLength(4);
    await other.dispose();
  });

  test("only the latest, the best and a version's checkpoints keep their files", async () => {
    const { store, folder } = await temporaryStore({ driver });
    const { job, model } = await jobIn(store);
    const files = async () =>
      (await readdir(join(folder, "checkpoints", job))).map((name) => Number(name.slice(4, 30))).sort();
    let seq = 0;
    const add = async (number: number, best: boolean, loss: number) => {
      const checkpoint = await checkpointChange(store, job, { number, step: number * 10, best, loss });
      const { id, step, metrics } = checkpoint;
      await store.jobs.append(job, [event(job, ++seq, { type: "checkpoint", id, step, metrics, best })], {
        checkpoint,
      });
    };
    await add(1, true, 3);
    await add(2, true, 2);
    expect(await files()).toEqual([2]);
    await add(3, false, 2.5);
    await add(4, false, 2.4);
    expect(await files()).toEqual([2, 4]);
    const best = `ckp_${"2".padStart(26, "0")}`;
    expect(await store.models.get(model)).toMatchObject({ checkpoint: best, metrics: { validation_loss: 2 } });
    expect(await store.models.checkpoint(model)).toMatchObject({ id: best });
    const { data } = await store.jobs.checkpoints(job);
    expect(data.map(({ step, best, latest, model }) => ({ step, best, latest, model }))).toEqual([
      { step: 40, best: false, latest: true, model },
      { step: 20, best: true, latest: false, model },
    ]);
    expect((await store.jobs.record(job)).latestCheckpoint).toMatchObject({ step: 40 });
    await store.jobs.append(job, [], { status: "succeeded", newVersion: true });
    await add(5, true, 1);
    expect(await files()).toEqual([2, 5]);
    expect((await store.models.get(model)).versions).toMatchObject([
      { version: 1, checkpoint: best, job, metrics: { validation_loss: 2 } },
    ]);
    expect((await store.models.get(model)).status).toBe("ready");
  });

  test("unfinished jobs are those queued or running, oldest first", async () => {
    const { store } = await temporaryStore({ driver });
    const jobs = [];
    for (const name of ["a", "b", "c", "d", "e"]) jobs.push((await jobIn(store, name)).job);
    const [a, b, c, d, e] = jobs as [string, string, string, string, string];
    await store.jobs.append(a, [], { status: "succeeded" });
    await store.jobs.append(c, [], { status: "running" });
    await store.jobs.append(d, [], { status: "paused" });
    expect((await store.jobs.unfinished()).map((job) => job.id)).toEqual([b, c, e]);
    expect((await store.jobs.list({ limit: 10, status: "queued" })).data.map((job) => job.id)).toEqual([e, b]);
    expect((await store.jobs.list({ limit: 10, model: "c" })).data.map((job) => job.id)).toEqual([c]);
    await expect(store.jobs.list({ limit: 10, model: "zzz" })).rejects.toMatchObject({ code: "model_not_found" });
  });

  test("what is not there is said", async () => {
    const { store } = await temporaryStore({ driver });
    await expect(store.jobs.get("job_x")).rejects.toMatchObject({ code: "job_not_found" });
    await expect(store.jobs.append("job_x", [], {})).rejects.toMatchObject({ code: "job_not_found" });
    await expect(store.jobs.events("job_x", 0, 1)).rejects.toMatchObject({ code: "job_not_found" });
    await expect(store.jobs.record("job_x")).rejects.toMatchObject({ code: "job_not_found" });
    await expect(store.jobs.checkpoints("job_x")).rejects.toMatchObject({ code: "job_not_found" });
    await expect(store.jobs.create({ model: "m", dataset: "d", training })).rejects.toMatchObject({
      code: "model_not_found",
    });
  });
});
