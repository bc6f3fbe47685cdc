import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedText, seedWriter } from "../seed.ts";

const route = "POST /v1/models/writer/score";

test("a model that was never trained scores nothing", async () => {
  const { app } = await buildApp();
  await seedText(app);
  expect((await call(app, route, { text: "to be" })).body.code).toBe("model_untrained");
});

test("a score of a text, and pointers to what is wrong", async () => {
  const { app } = await buildApp();
  const { checkpoint, model } = await seedWriter(app);
  const { body, headers, status } = await call(app, route, { text: "to be", prompt: "or" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ object: "score", model: model.id, checkpoint, log_probability: -5, characters: 5, perplexity: Math.E },
    usage: { prompt_tokens: 2, scored_tokens: 5 },
  });
  expect(body.logprobs).toHaveLength(5);
  expect(headers["server-timing"]).toBe("queue;dur=0.1, compute;dur=0.2");
  const refused = async (more: object) =>
    (await call(app, route, more)).body.errors.map((fault: { pointer: string }) => fault.pointer);
  expect(await refused({ text: "" })).toEqual(["/text"]);
  expect(await refused({ text: "a", logprobs: 21 })).toEqual(["/logprobs"]);
  expect(await refused({ text: "a".repeat(20_000), logprobs: 10 })).toEqual(["/logprobs"]);
  expect(await refused({ text: "a", temperature: 1 })).toEqual(["/temperature"]);
});
