import { expect, test } from "vitest";
import { writeCheckpoint } from "../../src/rnn/checkpoint.ts";
import { buildApp } from "../build-app.ts";
import { randomTextCheckpoint } from "../rnn/serving/random-text-checkpoint.ts";
import { seedForecaster, seedWriter } from "../seed.ts";

/** A writer that knows the characters of its own text, and another text with four more. */
async function openHouse() {
  const { app, trainers } = await buildApp();
  const { model, dataset, checkpoint } = await seedWriter(app);
  const known = await app.store.datasets.characters(dataset.id);
  const { path } = await app.store.models.checkpoint(model.id);
  await writeCheckpoint(path, randomTextCheckpoint({ units: 8 }, known));
  const text = "Zebra quiz: to be!\n".repeat(40);
  const other = await app.store.datasets.create({ format: "json", body: { name: "other", kind: "text", text } });
  const submit = (payload: object) => app.inject({ method: "POST", url: "/v1/jobs", payload });
  return { app, trainers, model, dataset, checkpoint, other, submit };
}

test("a job may begin with a model's checkpoint; the old data are those it learned from", async () => {
  const { app, trainers, model, dataset, checkpoint, other, submit } = await openHouse();
  const training = {
    steps: 5,
    init_from: { grow_vocabulary: true },
    replay: { share: 0.2 },
    elastic_penalty: { strength: 10 },
  };
  const reply = await submit({ model: "writer", dataset: "other", training });
  expect(reply.statusCode).toBe(202);
  expect(reply.json().training).toMatchObject({
    init_from: { model: model.id, checkpoint, grow_vocabulary: true, old_dataset: dataset.id },
    replay: { share: 0.2 },
    elastic_penalty: { strength: 10, samples: 200 },
  });
  const { spec } = await trainers.run(1);
  const { path } = await app.store.models.checkpoint(model.id, checkpoint);
  expect(spec.origin).toMatchObject({ path, oldDataset: { path: expect.stringContaining(dataset.id) } });
  expect(spec.dataset.path).toContain(other.id);
  const removal = await app.inject({ method: "DELETE", url: `/v1/datasets/${dataset.id}` });
  expect(removal.json()).toMatchObject({ code: "dataset_in_use" });
});

test("characters that the checkpoint has never seen are named", async () => {
  const { submit } = await openHouse();
  const reply = await submit({ model: "writer", dataset: "other", training: { init_from: {} } });
  expect(reply.statusCode).toBe(422);
  expect(reply.json().errors).toMatchObject([
    {
      pointer: "/training/init_from",
      code: "conflict",
      value: ["!", ":", "Z", "z"],
    },
  ]);
});

test.each([
  ["model_untrained", { model: "fresh", dataset: "other", training: { init_from: {} } }],
  ["model_not_found", { model: "writer", dataset: "other", training: { init_from: { model: "nobody" } } }],
  ["checkpoint_not_found", { model: "writer", dataset: "other", training: { init_from: { checkpoint: "ckp_1" } } }],
  ["dataset_not_found", { model: "writer", dataset: "other", training: { init_from: { old_dataset: "gone" } } }],
])("%s", async (code, body) => {
  const { app, submit } = await openHouse();
  const payload = { name: "fresh", task: "text", architecture: { units: 8 } };
  await app.inject({ method: "POST", url: "/v1/models", payload });
  expect((await submit(body)).json()).toMatchObject({ code });
});

test("what does not fit is refused, all at once", async () => {
  const { app, submit } = await openHouse();
  await seedForecaster(app);
  const payload = { name: "large", task: "text", architecture: { units: 9, cell: "gru" } };
  await app.inject({ method: "POST", url: "/v1/models", payload });
  const faults = async (body: object) =>
    ((await submit(body)).json().errors as { pointer: string; message: string }[]).map(({ pointer, message }) => [
      pointer.replace("/training/", ""),
      message,
    ]);
  const from = { model: "writer", grow_vocabulary: true };
  expect(await faults({ model: "large", dataset: "other", training: { init_from: from } })).toEqual([
    ["init_from/model", "expected the same network, but writer differs in architecture.units, architecture.cell"],
  ]);
  expect(await faults({ model: "seer", dataset: "sales", training: { init_from: { model: "writer" } } })).toEqual([
    ["init_from/model", "expected a model of task forecast, writer is of task text"],
  ]);
  const penalties = { replay: { share: 0.5 }, elastic_penalty: { strength: 1 } };
  const pointers = async (body: object) => (await faults(body)).map(([pointer]) => pointer);
  expect(await pointers({ model: "writer", dataset: "other", training: penalties })).toEqual([
    "replay",
    "elastic_penalty",
  ]);
  expect(await pointers({ model: "seer", dataset: "sales", training: penalties })).toEqual([
    "replay",
    "elastic_penalty",
  ]);
  // Its own data again: there is nothing old beside them.
  expect(await pointers({ model: "writer", dataset: "hamlet", training: { init_from: {}, ...penalties } })).toEqual([
    "replay",
    "elastic_penalty",
  ]);
  const few = { init_from: from, batch_size: 2, replay: { share: 0.1 } };
  expect(await pointers({ model: "writer", dataset: "other", training: few })).toEqual(["replay/share"]);
});
