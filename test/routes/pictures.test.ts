import type { FastifyInstance } from "fastify";
import { expect, test } from "vitest";
import type { JobEvent, JobEventBody } from "../../src/schemas/events.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { expectPicture, textsOf } from "../pictures/expect-picture.ts";
import { seedForecaster, seedText } from "../seed.ts";

const svg = { headers: { accept: "image/svg+xml" } };

/** A job of the writer whose log holds these events. */
async function jobWith(app: FastifyInstance, events: JobEventBody[]): Promise<string> {
  const { model, dataset } = await seedText(app);
  const asked = { model: model.id, dataset: dataset.id, training: { steps: 4 } };
  const { body } = await call(app, "POST /v1/jobs", asked);
  await call(app, `POST /v1/jobs/${body.id}/cancel`);
  const last = (await app.store.jobs.events(body.id, 0, 100)).at(-1)!;
  const stamped = events.map((event, index) => ({ ...event, seq: last.seq + 1 + index, job: body.id, at: last.at }));
  await app.store.jobs.append(body.id, stamped as JobEvent[]);
  return body.id;
}

const stepEnd = (step: number, loss: number): JobEventBody => ({
  ...{ type: "step-end", step, epoch: 0, loss, learning_rate: 0.1, gradient_norm: 1, tokens_per_second: 1, eta_ms: 0 },
});

test("the loss of a job is drawn from its events, the best checkpoint marked", async () => {
  const { app } = await buildApp();
  const job = await jobWith(app, [
    stepEnd(1, 4),
    stepEnd(2, 3),
    { type: "epoch-end", step: 2, epoch: 1, train_loss: 3.5, validation_loss: 3.25, metrics: {} },
    stepEnd(3, 0),
    { type: "epoch-end", step: 3, epoch: 2, train_loss: 1.5, validation_loss: null, metrics: {} },
  ]);
  const { status, headers, text } = await call(app, `GET /v1/jobs/${job}/loss.svg`);
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expectPicture(text);
  expect(textsOf(text)).toEqual(expect.arrayContaining(["Loss of writer · cancelled", "loss, nats per character"]));
  expect(text).toContain("The training loss goes from 4 at step 1 to 0 at step 3.");
  expect(text).toContain("The validation loss goes from 3.25 at step 2 to 3.25 at step 2.");

  const refused = await call(app, `GET /v1/jobs/${job}/loss.svg?scale=log`);
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/query/scale", code: "not_positive" }] } });
  expect((await call(app, `GET /v1/jobs/${job}/loss.svg?scale=cubic`)).body.errors[0].pointer).toBe("/query/scale");
  expect((await call(app, "GET /v1/jobs/none/loss.svg")).body.code).toBe("job_not_found");
});

test("a forecast is a plot for whoever accepts one", async () => {
  const { app } = await buildApp();
  await seedForecaster(app);
  const input = { id: "shop <1>", start: "2026-01-01", frequency: "mo", target: [1, 2, null, 4, 5] };
  const { status, headers, text } = await call(app, "POST /v1/models/seer/forecast", { inputs: [input] }, svg);
  expect([status, headers["content-type"]]).toEqual([200, "image/svg+xml; charset=utf-8"]);
  expect(headers["server-timing"]).toContain("compute");
  expectPicture(text);
  expect(textsOf(text)).toEqual(expect.arrayContaining(["Forecast of shop &lt;1&gt;", "80 %"]));
  const many = await call(app, "POST /v1/models/seer/forecast", { inputs: [input, input] }, svg);
  expect(many).toMatchObject({ status: 422, body: { errors: [{ pointer: "/inputs", allowed: 1 }] } });
  expect((await call(app, "POST /v1/models/seer/forecast", { inputs: [input] })).body.object).toBe("forecast");
});

test("a network is drawn with the sizes of its layers, trained or not", async () => {
  const { app } = await buildApp();
  await seedForecaster(app);
  const architecture = { cell: "lstm", units: 8, layers: 2, bidirectional: true, attention: "dot", dropout: 0.2 };
  const sequence = { input_size: 3, output_size: 5, loss: "cross_entropy", output: "last_step" };
  await call(app, "POST /v1/models", { name: "sorter", task: "sequence", architecture, sequence });
  const { status, headers, text } = await call(app, "GET /v1/models/sorter/diagram.svg");
  expect([status, headers["content-type"]]).toEqual([200, "image/svg+xml; charset=utf-8"]);
  expectPicture(text);
  const texts = textsOf(text);
  expect(texts).toEqual(
    expect.arrayContaining(["[batch, time, 3]", "900 parameters", "[batch, 5]", "Dense head, softmax"]),
  );
  // Three steps of two directions of two layers, and one head.
  expect(texts.filter((sign) => sign === "\u2190 LSTM" || sign === "LSTM \u2192")).toHaveLength(12);
  expect(texts.filter((sign) => sign === "head")).toHaveLength(1);
  expect(texts.some((note) => note.includes("dropout 0.2"))).toBe(true);
  expectPicture((await call(app, "GET /v1/models/seer/diagram.svg")).text);
  expect((await call(app, "GET /v1/models/none/diagram.svg")).body.code).toBe("model_not_found");
});

test("of many layers the first and the last are drawn", async () => {
  const { app } = await buildApp();
  const architecture = { cell: "gru", units: 8, layers: 9, embedding_size: 4 };
  await call(app, "POST /v1/models", { name: "deep", task: "text", architecture });
  const { text } = await call(app, "GET /v1/models/deep/diagram.svg");
  expectPicture(text);
  expect(textsOf(text).filter((sign) => sign === "GRU")).toHaveLength(6);
  expect(textsOf(text)).toEqual(expect.arrayContaining(["7 more layers like it", "GRU, layer 9", "Embedding"]));
});
