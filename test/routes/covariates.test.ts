import { expect, test } from "vitest";
import type { CheckpointContents } from "../../src/rnn/checkpoint.ts";
import type { HostTensor } from "../../src/rnn/host-tensor.ts";
import { Random } from "../../src/rnn/random.ts";
import type { BacktestForecast } from "../../src/schemas/backtest.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { randomForecastCheckpoint } from "../rnn/serving/random-forecast-checkpoint.ts";
import { seedForecaster } from "../seed.ts";
import { realForecaster } from "./real-forecaster.ts";

const ask = "POST /v1/models/seer/forecast";
const target = Array.from({ length: 40 }, (_, step) => 100 + (step % 12));
const price = Array.from({ length: 44 }, (_, step) => (step * 7) % 5);

/** Random weights of a network that sees a price, known ahead, beside the target, and one of two regions. */
function priced(): CheckpointContents {
  const { description, tensors } = randomForecastCheckpoint();
  const random = new Random(5);
  const grow = (name: string, rows: number): [string, HostTensor] => {
    const { shape, data } = tensors.get(name)!;
    const more = Float32Array.from({ length: rows * shape[1]! }, () => 0.3 * random.normal());
    return [name, { shape: [shape[0]! + rows, shape[1]!], data: Float32Array.of(...(data as Float32Array), ...more) }];
  };
  // A block of 12 prices; to the head the 4 of the horizon, the 4 that the baseline stands on, and 2 regions.
  const grown = [grow("model/recurrent/0/kernel", 12), grow("model/head/hidden/kernel", 10)];
  const covariates = {
    past: [],
    future: [{ name: "price", mean: 2, deviation: 1.5 }],
    static_numbers: [],
    static_categories: [{ name: "region", values: ["north", "south"] }],
  };
  const taskDescription = { ...description.taskDescription, covariates };
  const forecast = { ...description.forecast!, covariates: ["price", "region"] };
  return { description: { ...description, forecast, taskDescription }, tensors: new Map([...tensors, ...grown]) };
}

const input = { target, future_covariates: { price }, static: { region: "north" } };

test("a model with covariates forecasts with them, and refuses what it lacks, with the names and categories it knows", async () => {
  const { app } = await realForecaster(priced());
  const forecast = async (...inputs: object[]) => await call(app, ask, { inputs });
  const { status, body } = await forecast(input, { ...input, static: { region: "south" } });
  expect(body.detail).toBeUndefined();
  expect(status).toBe(200);
  const [north, south] = body.outputs;
  expect(north.median).toHaveLength(4);
  expect(south.median).not.toEqual(north.median);
  const dearer = { ...input, future_covariates: { price: price.with(43, 9) } };
  expect((await forecast(dearer)).body.outputs[0].median).not.toEqual(north.median);
  const refused = async (sent: object) => {
    const { status, body } = await forecast(sent);
    expect(status).toBe(422);
    return body.errors;
  };
  expect(await refused({ target })).toMatchObject([
    { pointer: "/inputs/0/future_covariates/price", code: "required" },
    { pointer: "/inputs/0/static/region", code: "required" },
  ]);
  expect(await refused({ ...input, future_covariates: { price: price.slice(1) } })).toMatchObject([
    { pointer: "/inputs/0/future_covariates/price", code: "length", value: 43, allowed: { minimum: 44 } },
  ]);
  expect(await refused({ ...input, static: { region: "east" } })).toMatchObject([
    { pointer: "/inputs/0/static/region", value: "east", allowed: ["north", "south"] },
  ]);
  expect(await refused({ ...input, past_covariates: { clicks: target } })).toMatchObject([
    { pointer: "/inputs/0/past_covariates/clicks", code: "unknown_covariate" },
  ]);
});

test("backtest and anomalies forecast with the covariates as requests one by one do", async () => {
  const { app } = await realForecaster(priced());
  const tested = await call(app, "POST /v1/models/seer/backtest", { inputs: [input], windows: 2, step: 3 });
  expect(tested.status).toBe(200);
  for (const row of tested.body.rows as BacktestForecast[]) {
    const alone = { ...input, target: target.slice(0, row.cutoff) };
    const { body } = await call(app, ask, { inputs: [alone] });
    expect(body.outputs[0].quantiles).toEqual(row.quantiles);
  }
  const scored = await call(app, "POST /v1/models/seer/anomalies", { inputs: [input] });
  expect(scored.status).toBe(200);
  const { body } = await call(app, ask, { inputs: [{ ...input, target: target.slice(0, 39) }], horizon: 1 });
  expect(scored.body.outputs[0].median.at(-1)).toBe(body.outputs[0].median[0]);
  for (const route of ["backtest", "anomalies"]) {
    const { status, body } = await call(app, `POST /v1/models/seer/${route}`, { inputs: [{ target }] });
    expect([status, body.errors[0].pointer]).toEqual([422, "/inputs/0/future_covariates/price"]);
  }
});

test("its encoder reads the target's block with the price's beside it", async () => {
  const { app } = await realForecaster(priced());
  const row = Array.from({ length: 24 }, (_, index) => index / 24);
  const predict = async (inputs: number[][][]) => await call(app, "POST /v1/models/seer/predict", { inputs });
  expect((await predict([[row, row]])).status).toBe(200);
  expect((await predict([[row.slice(12)]])).status).toBe(422);
});

test("a model without covariates refuses them everywhere", async () => {
  const { app } = await realForecaster();
  for (const route of ["forecast", "backtest", "anomalies"]) {
    const { status, body } = await call(app, `POST /v1/models/seer/${route}`, { inputs: [input] });
    expect([status, body.errors[0].pointer]).toEqual([422, "/inputs/0/future_covariates/price"]);
  }
});

test("a dataset in a JSON body says its covariates; a model that wants others does not train on it", async () => {
  const { app } = await buildApp();
  await seedForecaster(app, { covariates: ["price", "clicks"] });
  const series = [{ id: "a", ...input }];
  const { status, body } = await call(app, "POST /v1/datasets", { name: "priced", kind: "series", series });
  expect([status, body.summary.covariates]).toEqual([
    201,
    [
      { name: "price", kind: "future", values: "number" },
      { name: "region", kind: "static", values: "category" },
    ],
  ]);
  expect((await call(app, "GET /v1/datasets/priced/preview")).body.series).toEqual(series);
  const job = await call(app, "POST /v1/jobs", { model: "seer", dataset: "priced" });
  expect([job.status, job.body.errors[0]]).toMatchObject([
    422,
    { pointer: "/dataset", value: "clicks", allowed: ["price", "region"] },
  ]);
});
