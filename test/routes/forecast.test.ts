import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster } from "../seed.ts";

const inputs = [{ id: "a", target: [1, 2, null, 4, 5] }, { target: [9, 9, 9, 9] }];

test("many series are forecast at once, with the settings in effect", async () => {
  const { app } = await buildApp();
  const { model, checkpoint } = await seedForecaster(app);
  const { status, body, headers } = await call(app, "POST /v1/models/seer/forecast", {
    inputs,
    horizon: 2,
    quantiles: [0.1, 0.9],
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ object: "forecast", model: model.id, checkpoint, horizon: 2 });
  expect(body.outputs).toEqual([
    { id: "a", timestamps: null, mean: [5, 5], median: [5, 5], quantiles: { "0.1": [5, 5], "0.9": [5, 5] } },
    { id: null, timestamps: null, mean: [9, 9], median: [9, 9], quantiles: { "0.1": [9, 9], "0.9": [9, 9] } },
  ]);
  expect(headers["server-timing"]).toBe("queue;dur=0.1, compute;dur=0.2");
});
