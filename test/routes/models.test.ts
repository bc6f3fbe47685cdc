import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster } from "../seed.ts";

test("a model is created with every default shown, renamed, tagged, listed and deleted", async () => {
  const { app } = await buildApp();
  const { status, body, headers } = await call(app, "POST /v1/models", {
    name: "writer",
    task: "text",
    architecture: { units: 64 },
  });
  expect(status).toBe(201);
  expect(headers.location).toBe(`/v1/models/${body.id}`);
  expect(body).toMatchObject({ status: "untrained", forecast: null, parameter_count: null, tags: [] });
  expect(body.architecture).toEqual({
    ...{ cell: "lstm", units: 64, layers: 1, bidirectional: false, merge_mode: "concat", embedding_size: null },
    ...{
      attention: null,
      attention_window: null,
      dropout: 0,
      recurrent_dropout: 0,
      layer_norm: false,
      residual: false,
    },
    ...{ activation: "tanh", initializer: "orthogonal", reset_after: true },
  });
  const renamed = await call(app, "PATCH /v1/models/writer", { name: "author", tags: ["a"] });
  expect(renamed.body).toMatchObject({ id: body.id, name: "author", tags: ["a"] });
  expect((await call(app, `GET /v1/models/${body.id}`)).body).toEqual(renamed.body);
  expect((await call(app, "GET /v1/models/writer")).body.code).toBe("model_not_found");
  expect((await call(app, "GET /v1/models")).body.data).toEqual([renamed.body]);
  expect((await call(app, "DELETE /v1/models/author")).status).toBe(204);
  expect((await call(app, "GET /v1/models")).body).toEqual({
    object: "list",
    data: [],
    has_more: false,
    next_cursor: null,
  });
});

test("a forecaster shows what it will choose from the data, and counts its parameters when nothing is left to choose", async () => {
  const { app } = await buildApp();
  const open = await call(app, "POST /v1/models", { name: "a", task: "forecast", forecast: { horizon: 12 } });
  expect(open.body.forecast).toMatchObject({ horizon: 12, context_length: "auto", baseline: "auto", head_units: 512 });
  expect(open.body.parameter_count).toBeNull();
  expect(open.body.architecture).toMatchObject({ cell: "gru", units: 64, layers: 1 });
  const chosen = {
    horizon: 12,
    context_length: 24,
    block_length: 12,
    lags: [1],
    season_length: 12,
    baseline: "seasonal",
    transform: "log",
    seeds: 1,
    covariates: [],
  };
  const settled = await call(app, "POST /v1/models", { name: "b", task: "forecast", forecast: chosen });
  expect(settled.body.parameter_count).toBe(1234);
});

test("a deleted model is gone from the inference thread, too", async () => {
  const { app, inference } = await buildApp();
  const { model, checkpoint } = await seedForecaster(app);
  const { path } = await app.store.models.checkpoint(model.id);
  expect((await call(app, "POST /v1/models/seer/forecast", { inputs: [{ target: [1, 2, 3, 4] }] })).status).toBe(200);
  expect((await call(app, "DELETE /v1/models/seer")).status).toBe(204);
  expect(inference.unloaded).toEqual([path]);
  expect(path).toContain(checkpoint);
  const { body } = await call(app, "POST /v1/models/seer/forecast", { inputs: [{ target: [1, 2, 3, 4] }] });
  expect(body.code).toBe("model_not_found");
});
