import { describe, expect, test } from "vitest";
import type { CheckpointContents } from "../../src/rnn/checkpoint.ts";
import type { AnomalyOutput } from "../../src/schemas/anomalies.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { randomForecastCheckpoint } from "../rnn/serving/random-forecast-checkpoint.ts";
import { seedForecaster } from "../seed.ts";
import { realForecaster } from "./real-forecaster.ts";

const route = "POST /v1/models/seer/anomalies";

/** Random weights, with what a hold-out of 480 values may have taught. */
function calibrated(): CheckpointContents {
  const { description, tensors } = randomForecastCheckpoint();
  const outside = { levels: [0.5, 0.8, 0.95, 0.99], scores: [-0.4, 0, 2, 8] };
  const none = [0, 0, 0, 0];
  const calibration = { shifts: [none, none, none], target: 0.8, empirical: 0.8, values: 480, outside };
  return { tensors, description: { ...description, taskDescription: { ...description.taskDescription, calibration } } };
}

const target: (number | null)[] = Array.from(
  { length: 48 },
  (_, step) => 100 + 10 * Math.sin((2 * Math.PI * step) / 12),
);
const spiked = target.with(40, 1e4).with(44, null);

describe("with real weights", () => {
  test("each value is judged by the forecast from the values before it; a spike is flagged, a gap has no score", async () => {
    const { app } = await realForecaster(calibrated());
    const { status, body } = await call(app, route, {
      inputs: [{ id: "a", start: "2020-01-01", frequency: "mo", target: spiked }],
    });
    expect(status).toBe(200);
    expect(body.thresholds).toEqual([
      { level: 0.95, score: 2, method: "holdout" },
      { level: 0.99, score: 8, method: "holdout" },
    ]);
    const output = body.outputs[0] as AnomalyOutput;
    expect(output).toMatchObject({ id: "a", from: 24, missing: 1 });
    expect(output.timestamps?.[0]).toBe("2022-01-01");
    expect(output.actual).toEqual(spiked.slice(24));
    expect(output.score[44 - 24]).toBeNull();
    expect(output.anomalies["0.99"]).toContain(40);
    for (const at of [24, 40, 47]) {
      const one = await call(app, "POST /v1/models/seer/forecast", {
        inputs: [{ target: spiked.slice(0, at) }],
        horizon: 1,
        quantiles: [0.1, 0.9],
      });
      const [{ median, quantiles }] = one.body.outputs;
      const place = at - 24;
      const [lower, upper] = [quantiles["0.1"][0], quantiles["0.9"][0]];
      expect([output.median[place], output.lower[place], output.upper[place]]).toEqual([median[0], lower, upper]);
      const outside = Math.max(lower - spiked[at]!, spiked[at]! - upper) / (upper - lower);
      expect(output.score[place]).toBeCloseTo(outside, 9);
    }
    for (const [index, score] of output.score.entries()) {
      expect(output.anomalies["0.95"]!.includes(index + 24)).toBe(score !== null && score > 2);
    }
  });

  test("the last point alone has the score it has among all; what comes after a value changes nothing in its score", async () => {
    const { app } = await realForecaster(calibrated());
    const all = (await call(app, route, { inputs: [{ target: spiked }] })).body.outputs[0] as AnomalyOutput;
    const last = (await call(app, route, { inputs: [{ target: spiked }], last_point_only: true })).body.outputs[0];
    expect(last).toMatchObject({ from: 47, score: [all.score.at(-1)], actual: [spiked.at(-1)] });
    const changed = (await call(app, route, { inputs: [{ target: spiked.with(42, -5e6) }] })).body.outputs[0];
    expect(changed.score.slice(0, 42 - 24)).toEqual(all.score.slice(0, 42 - 24));
    expect(changed.score.slice(42 - 24)).not.toEqual(all.score.slice(42 - 24));
  });

  test("a stride judges from further away, with one forecast for so many values", async () => {
    const { app } = await realForecaster(calibrated());
    const inputs = [{ target: spiked.slice(0, 47) }];
    const output = (await call(app, route, { inputs, stride: 4 })).body.outputs[0] as AnomalyOutput;
    expect(output.score).toHaveLength(23);
    const { body } = await call(app, "POST /v1/models/seer/forecast", { inputs: [{ target: spiked.slice(0, 44) }] });
    expect(output.median.slice(20)).toEqual(body.outputs[0].median.slice(0, 3));
  });

  test("levels that the hold-out cannot tell are refused; without one the model's own interval decides", async () => {
    const inputs = [{ target: spiked }];
    const own = await realForecaster(calibrated());
    const refused = await call(own.app, route, { inputs, levels: [0.95, 0.999] });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/levels/1", value: 0.999, allowed: [0.5, 0.8, 0.95, 0.99] }] },
    });
    const bare = await realForecaster();
    const { body } = await call(bare.app, route, { inputs });
    expect(body.thresholds).toEqual([{ level: 0.8, score: 0, method: "interval" }]);
    expect((await call(bare.app, route, { inputs, levels: [0.95] })).status).toBe(422);
  });

  test("a series with nothing to score is refused", async () => {
    const { app } = await realForecaster(calibrated());
    const short = await call(app, route, { inputs: [{ target: target.slice(0, 24) }] });
    expect(short).toMatchObject({
      status: 422,
      body: { code: "history_too_short", errors: [{ allowed: { minimum: 25 } }] },
    });
    const missing = await call(app, route, { inputs: [{ target: target.with(47, null) }], last_point_only: true });
    expect(missing.body.errors[0]).toMatchObject({ pointer: "/inputs/0/target/47", code: "missing" });
  });
});

test.each([
  [{ stride: 4 }, "/stride", "range"],
  [{ stride: 2, last_point_only: true }, "/stride", "exclusive"],
  [{ levels: [0.42] }, "/levels/0", undefined],
])("%j is refused at %s", async (changes, pointer, code) => {
  const { app } = await buildApp();
  await seedForecaster(app);
  const refused = await call(app, route, { inputs: [{ target: [1, 2, 3, 4] }], ...changes });
  expect(refused.status).toBe(422);
  expect(refused.body.errors[0]).toMatchObject({ pointer, ...(code && { code }) });
});
