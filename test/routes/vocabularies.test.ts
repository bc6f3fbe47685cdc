import { expect, test } from "vitest";
import { writeCheckpoint } from "../../src/rnn/checkpoint.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { randomTextCheckpoint } from "../rnn/serving/random-text-checkpoint.ts";
import { seedForecaster, seedText, seedWriter } from "../seed.ts";

test("a text model shows its vocabulary, with what was left out", async () => {
  const { app } = await buildApp();
  const characters = { vocabulary: "character", vocabulary_size: null };
  const cases = [
    [undefined, characters, null],
    [{}, characters, null],
    [{ vocabulary: "byte" }, { vocabulary: "byte", vocabulary_size: null }, 1234],
    [{ vocabulary: "word" }, { vocabulary: "word", vocabulary_size: 4096 }, null],
    [{ vocabulary: "bpe" }, { vocabulary: "bpe", vocabulary_size: 1024 }, null],
    [{ vocabulary: "bpe", vocabulary_size: 300 }, { vocabulary: "bpe", vocabulary_size: 300 }, null],
  ] as const;
  for (const [index, [text, shown, parameters]] of cases.entries()) {
    const { body } = await call(app, "POST /v1/models", { name: `writer-${index}`, task: "text", text });
    expect(body).toMatchObject({ text: shown, parameter_count: parameters });
    expect((await call(app, `GET /v1/models/writer-${index}`)).body.text).toEqual(shown);
  }
});

test("a model made before there was a choice reads characters; a forecaster has none", async () => {
  const { app } = await buildApp();
  await seedText(app);
  await seedForecaster(app);
  expect((await call(app, "GET /v1/models/writer")).body.text).toEqual({
    vocabulary: "character",
    vocabulary_size: null,
  });
  expect((await call(app, "GET /v1/models/seer")).body.text).toBeNull();
});

test("a run is told the vocabulary, and gets sizes that fit however few tokens there may be", async () => {
  const { app, trainers } = await buildApp();
  await seedText(app);
  await call(app, "POST /v1/models", { name: "pairs", task: "text", text: { vocabulary: "bpe" } });
  const { status, body } = await call(app, "POST /v1/jobs", { model: "pairs", dataset: "hamlet" });
  expect(status).toBe(202);
  // 1,680 characters, of 16 to a token 105: a sequence of 50, and a row or two.
  expect(body.training).toMatchObject({ sequence_length: 50, batch_size: 2, validation_fraction: 0 });
  const { spec } = await trainers.run(1);
  expect(spec.text).toEqual({ vocabulary: "bpe", vocabulary_size: 1024 });
  // Four bytes a character at most: what surely is too much is refused at once.
  const training = { batch_size: 4096, sequence_length: 50 };
  const refused = await call(app, "POST /v1/jobs", { model: "pairs", dataset: "hamlet", training });
  expect(refused.body.errors).toMatchObject([{ pointer: "/training/batch_size" }]);
});

test("bytes, words and byte pairs do not grow, and say why; nor do they begin with characters", async () => {
  const { app } = await buildApp();
  const { dataset, model } = await seedWriter(app);
  const { path } = await app.store.models.checkpoint(model.id);
  await writeCheckpoint(path, randomTextCheckpoint({ units: 8 }, await app.store.datasets.characters(dataset.id)));
  const cases = [
    ["byte", /256 bytes/],
    ["word", /spells new words in bytes/],
    ["bpe", /spells every text already/],
  ] as const;
  for (const [vocabulary, why] of cases) {
    const text = { vocabulary };
    await call(app, "POST /v1/models", { name: vocabulary, task: "text", architecture: { units: 8 }, text });
    const training = { init_from: { model: "writer", grow_vocabulary: true } };
    const { body } = await call(app, "POST /v1/jobs", { model: vocabulary, dataset: "hamlet", training });
    const message = (field: string) =>
      (body.errors as { pointer: string; message: string }[]).find(
        ({ pointer }) => pointer === `/training/init_from/${field}`,
      )?.message;
    expect(message("grow_vocabulary")).toMatch(why);
    expect(message("model")).toMatch(/text\.vocabulary/);
  }
});

test("tokenizer.json: of a trained text model, and of no other", async () => {
  const { app } = await buildApp();
  await seedText(app);
  await seedForecaster(app);
  expect((await call(app, "GET /v1/models/writer/tokenizer.json")).body.code).toBe("model_untrained");
  expect((await call(app, "GET /v1/models/seer/tokenizer.json")).body.code).toBe("model_task_mismatch");
  expect((await call(app, "GET /v1/models/nobody/tokenizer.json")).body.code).toBe("model_not_found");
});

test("tokenizer.json is what the thread says", async () => {
  const { app } = await buildApp();
  await seedWriter(app);
  const { body } = await call(app, "GET /v1/models/writer/tokenizer.json");
  expect(body).toMatchObject({ version: "1.0", model: { type: "BPE", vocab: { " ": 0, b: 1, e: 2, o: 3, t: 4 } } });
  const refused = await call(app, "GET /v1/models/writer/tokenizer.json?checkpoint=ckp_none");
  expect(refused.body.code).toBe("checkpoint_not_found");
});
