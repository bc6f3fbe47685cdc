import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Forecast } from "../../src/schemas/forecast.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Model } from "../../src/schemas/models.ts";
import type { Prediction } from "../../src/schemas/prediction.ts";
import { collect } from "./collect.ts";
import { ServerProcess } from "./server-process.ts";

const horizon = 6;
const months = 120;
let server: ServerProcess;
let events: JobEvent[];

/** Monthly sales of shop `index`: a trend, a year's shape that is stronger each year, and a wobble of its own. */
function sales(index: number): number[] {
  return Array.from({ length: months }, (_, month) => {
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * (month + index)) / 12);
    const wobble = 1 + 0.02 * Math.sin(month * (1.7 + index));
    return Math.round((200 + 40 * index) * (1 + month / 100) * season * wobble * 100) / 100;
  });
}

function csv(shops: number): string {
  const rows = Array.from({ length: shops }, (_, shop) =>
    sales(shop).map((value, month) => {
      const time = `${2010 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`;
      return `shop-${shop},${time},${value}`;
    }),
  );
  return ["id,timestamp,target", ...rows.flat()].join("\n");
}

beforeAll(async () => {
  server = await ServerProcess.create();
  await server.upload("/v1/datasets", { name: "sales", kind: "series" }, csv(12));
  await server.post<Model>("/v1/models", {
    name: "shops",
    task: "forecast",
    architecture: { cell: "gru", units: 16 },
    forecast: { horizon, head_units: 32 },
  });
  const training = { steps: 200, batch_size: 64, checkpoint_every: 100, sample_every: 100, seed: 1 };
  const job = await server.post<Job>("/v1/jobs", { model: "shops", dataset: "sales", training });
  events = await collect<JobEvent>(`${server.url}/v1/jobs/${job.id}/events`);
});
afterAll(() => server?.remove());

test("the run beats the seasonal naive forecast on the months it never saw, and says by how much", async () => {
  expect(events.at(-1)).toMatchObject({ type: "job-end", status: "succeeded" });
  const { metrics } = await server.get<Model>("/v1/models/shops");
  expect(metrics.mase).toBeLessThan(metrics.seasonal_naive_mase);
  expect(metrics.mase_ratio).toBeCloseTo(metrics.mase / metrics.seasonal_naive_mase, 5);
});

test("settings left open were chosen from the data, and are shown", async () => {
  const { forecast } = await server.get<Model>("/v1/models/shops");
  expect(forecast).toMatchObject({ horizon, season_length: 12, block_length: 6, baseline: "last", transform: "log" });
});

test("samples hold a forecast beside what came", () => {
  const sample = events.findLast((event) => event.type === "sample");
  expect(sample?.forecast?.actual).toHaveLength(horizon);
  expect(sample?.forecast?.lower[0]).toBeLessThanOrEqual(sample?.forecast?.median[0] ?? Number.NaN);
});

test("one call forecasts many series, month ends stay month ends, and quantiles are in order", async () => {
  const inputs = [
    { id: "first", start: "2020-01-31", frequency: "mo", target: sales(0).slice(0, 73) },
    { id: "holes", target: sales(1).map((value, month) => (month % 17 === 0 ? null : value)) },
  ];
  const { outputs } = await server.post<Forecast>("/v1/models/shops/forecast", { inputs, quantiles: [0.1, 0.5, 0.9] });
  expect(outputs.map((output) => output.id)).toEqual(["first", "holes"]);
  expect(outputs[0].timestamps?.slice(0, 4)).toEqual(["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
  expect(outputs[1].timestamps).toBeNull();
  for (const { quantiles } of outputs) {
    for (let step = 0; step < horizon; step++) {
      expect(quantiles["0.1"][step]).toBeLessThanOrEqual(quantiles["0.5"][step]);
      expect(quantiles["0.5"][step]).toBeLessThanOrEqual(quantiles["0.9"][step]);
    }
  }
});

test("too short a history is refused with what is needed", async () => {
  const response = await fetch(`${server.url}/v1/models/shops/forecast`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: [{ target: [1, 2, 3] }] }),
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    code: "history_too_short",
    errors: [{ pointer: "/inputs/0/target", value: 3 }],
  });
});

test("the encoder by itself: blocks in, its state out, and on from there", async () => {
  const blocks = Array.from({ length: 4 }, (_, block) => Array.from({ length: 6 }, (_, step) => (block - step) / 6));
  const predict = (body: object) => server.post<Prediction>("/v1/models/shops/predict", body);
  const whole = await predict({ inputs: [blocks], include: ["hidden_states"] });
  const [{ outputs, final_state: state }] = whole.outputs;
  expect(whole.meaning).toBe("encoding");
  expect(outputs).toEqual([state[0].hidden]); // a GRU's output is its hidden state
  const first = await predict({ inputs: [blocks.slice(0, 3)] });
  const rest = await predict({ inputs: [blocks.slice(3)], initial_state: first.outputs[0].final_state });
  for (const [unit, value] of rest.outputs[0].outputs[0].entries()) expect(value).toBeCloseTo(outputs[0][unit], 6);
});
