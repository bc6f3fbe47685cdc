import { access, rm } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { plainForecast } from "../forecast-settings.ts";
import { drivers } from "./drivers.ts";
import { newModel } from "./store-values.ts";
import { checkpointChange, jobIn, temporaryStore } from "./temporary-store.ts";

describe.each(drivers)("models on %s", (driver) => {
  test("come back as they were made, by id and by name", async () => {
    const { store } = await temporaryStore({ driver });
    const made = { ...newModel("My.model-1_x"), parameter_count: 3_000_000_000, tags: ["a", "b ü"] };
    const model = await store.models.create(made);
    expect(model).toMatchObject({
      ...made,
      object: "model",
      status: "untrained",
      checkpoint: null,
      metrics: {},
      versions: [],
    });
    expect(model.id).toMatch(/^mdl_[0-9a-z]{26}$/);
    expect(await store.models.get(model.id)).toEqual(model);
    expect(await store.models.get("My.model-1_x")).toEqual(model);
    await expect(store.models.get("my.model-1_x")).rejects.toMatchObject({ code: "model_not_found" });
  });

  test("keep forecast settings with their word auto", async () => {
    const { store } = await temporaryStore({ driver });
    const auto = {
      context_length: "auto",
      block_length: "auto",
      lags: "auto",
      season_length: "auto",
      baseline: "auto",
    } as const;
    const forecast = {
      horizon: 24,
      ...plainForecast,
      ...auto,
      transform: "auto",
      head_units: 512,
      quantiles: [0.1, 0.5],
    } as const;
    const model = await store.models.create({
      ...newModel("f"),
      task: "forecast",
      forecast: { ...forecast, quantiles: [0.1, 0.5] },
    });
    expect((await store.models.get(model.id)).forecast).toEqual(forecast);
  });

  test("have unique names, when made and when renamed", async () => {
    const { store } = await temporaryStore({ driver });
    await store.models.create(newModel("a"));
    const b = await store.models.create(newModel("b"));
    const taken = { code: "name_taken", status: 409, errors: [{ pointer: "/name", value: "a" }] };
    await expect(store.models.create(newModel("a"))).rejects.toMatchObject(taken);
    await expect(store.models.update("b", { name: "a" })).rejects.toMatchObject(taken);
    expect(await store.models.update("b", { name: "c" })).toMatchObject({ id: b.id, name: "c", tags: [] });
    expect(await store.models.update("c", { tags: ["x"] })).toMatchObject({ name: "c", tags: ["x"] });
    await expect(store.models.update("b", { tags: [] })).rejects.toMatchObject({ code: "model_not_found" });
  });

  test("are listed newest first, in pages that stay the same while models come and go", async () => {
    const { store } = await temporaryStore({ driver });
    const names = Array.from({ length: 7 }, (_, index) => `m${index}`);
    for (const name of names) await store.models.create(newModel(name));
    const first = await store.models.list({ limit: 3 });
    expect(first).toMatchObject({ object: "list", has_more: true });
    expect(first.data.map((model) => model.name)).toEqual(["m6", "m5", "m4"]);
    await store.models.create(newModel("new"));
    await store.models.remove("m4");
    const second = await store.models.list({ limit: 3, after: first.next_cursor! });
    expect(second.data.map((model) => model.name)).toEqual(["m3", "m2", "m1"]);
    const third = await store.models.list({ limit: 3, after: second.next_cursor! });
    expect(third).toMatchObject({ has_more: false, next_cursor: null });
    expect(third.data.map((model) => model.name)).toEqual(["m0"]);
    await expect(store.models.list({ limit: 3, after: "m0" })).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/query/after" }],
    });
  });

  test("stay while a job needs them, then go with jobs, events and files", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, model, dataset } = await jobIn(store);
    for (const status of ["queued", "running", "paused"] as const) {
      await store.jobs.append(job, [], { status });
      await expect(store.models.remove(model)).rejects.toMatchObject({ code: "model_in_use", status: 409 });
      await expect(store.datasets.remove(dataset)).rejects.toMatchObject({ code: "dataset_in_use", status: 409 });
    }
    const checkpoint = await checkpointChange(store, job, { number: 1, step: 1, best: true, loss: 1 });
    await store.jobs.append(job, [], { checkpoint, status: "succeeded", newVersion: true });
    await store.models.remove("first");
    await expect(store.models.get(model)).rejects.toMatchObject({ code: "model_not_found" });
    await expect(store.jobs.get(job)).rejects.toMatchObject({ code: "job_not_found" });
    await expect(access(checkpoint.path)).rejects.toMatchObject({ code: "ENOENT" });
    await store.datasets.remove(dataset);
  });

  test("a job keeps naming its dataset when that has gone", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, dataset } = await jobIn(store);
    await store.jobs.append(job, [], { status: "cancelled" });
    await store.datasets.remove(dataset);
    expect(await store.jobs.get(job)).toMatchObject({ dataset });
  });

  test("name the file of a checkpoint, or say why there is none", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, model } = await jobIn(store);
    await expect(store.models.checkpoint(model)).rejects.toMatchObject({ code: "model_untrained" });
    const checkpoint = await checkpointChange(store, job, { number: 1, step: 1, best: true, loss: 1 });
    await store.jobs.append(job, [], { checkpoint });
    const { id, path } = checkpoint;
    expect(await store.models.checkpoint("first")).toEqual({ id, path });
    expect(await store.models.checkpoint(model, id)).toEqual({ id, path });
    const { model: other } = await jobIn(store, "second");
    await expect(store.models.checkpoint(other, id)).rejects.toMatchObject({ code: "checkpoint_not_found" });
    await rm(path);
    await expect(store.models.checkpoint(model)).rejects.toMatchObject({ code: "checkpoint_corrupt" });
    expect((await store.jobs.record(job)).latestCheckpoint).toBeNull();
  });

  test("serve their newest best checkpoint under their name of the moment, and nothing once they are gone", async () => {
    const { store } = await temporaryStore({ driver });
    const { job, model } = await jobIn(store);
    const serving = (reference: string, checkpoint?: string) => store.models.serving(reference, "text", checkpoint);
    await expect(serving("first")).rejects.toMatchObject({ code: "model_untrained" });
    await expect(store.models.serving("first", "forecast")).rejects.toMatchObject({ code: "model_task_mismatch" });
    const one = await checkpointChange(store, job, { number: 1, step: 1, best: true, loss: 2 });
    await store.jobs.append(job, [], { checkpoint: one });
    const first = await serving("first");
    expect(first).toEqual({ id: model, name: "first", forecast: null, checkpoint: { id: one.id, path: one.path } });
    expect(await serving("first")).toBe(first);
    expect(await serving(model, one.id)).toEqual(first);

    const two = await checkpointChange(store, job, { number: 2, step: 2, best: true, loss: 1 });
    await store.jobs.append(job, [], { checkpoint: two, status: "succeeded", newVersion: true });
    expect((await serving("first")).checkpoint).toEqual({ id: two.id, path: two.path });
    await expect(serving(model, one.id)).rejects.toMatchObject({ code: "checkpoint_not_found" });

    await store.models.update("first", { name: "second" });
    await expect(serving("first")).rejects.toMatchObject({ code: "model_not_found" });
    expect(await serving("second")).toMatchObject({ id: model, name: "second" });
    expect(await store.models.remove("second")).toEqual([two.path]);
    await expect(serving("second")).rejects.toMatchObject({ code: "model_not_found" });
    await expect(serving(model)).rejects.toMatchObject({ code: "model_not_found" });
  });
});
