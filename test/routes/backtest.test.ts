import { describe, expect, test } from "vitest";
import type { BacktestEvent, BacktestForecast } from "../../src/schemas/backtest.ts";
import type { ForecastInput } from "../../src/schemas/forecast.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { randomForecastCheckpoint } from "../rnn/serving/random-forecast-checkpoint.ts";
import { seedForecaster, seedText } from "../seed.ts";
import { sseData } from "../stories/sse-data.ts";
import { realForecaster } from "./real-forecaster.ts";

const route = "POST /v1/models/seer/backtest";

/** Values with holes: at the start, before a cut-off, over a cut-off and in what is to be forecast. */
function ugly(index: number, length: number): (number | null)[] {
  return Array.from({ length }, (_, step) => {
    const isMissing = step < index || (step > length - 8 && step < length - 4) || (step * 7 + index) % 11 === 0;
    return isMissing ? null : Math.round(1e4 * (50 + 20 * Math.sin(step / 2 + index) + step / 3)) / 1e4;
  });
}

const inputs: ForecastInput[] = [
  { id: "a", start: "2019-01-31", frequency: "mo", target: ugly(0, 60) },
  { id: "b", target: ugly(1, 45) },
  { id: "c", target: ugly(3, 70) },
];

describe("with real weights", () => {
  test("a backtest equals forecasts made one by one at the same cut-offs, bit for bit", async () => {
    const { app } = await realForecaster();
    const asked = { horizon: 3, quantiles: [0.1, 0.35, 0.9] };
    const { status, body } = await call(app, route, { ...asked, inputs, windows: 9, step: 3 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ horizon: 3, step: 3, forecasts: 24, skipped: 3 }); // b needs 24 values from its second on: not at 18, 21 and 24
    for (const row of body.rows as BacktestForecast[]) {
      const input = inputs.find(({ id }) => id === row.id)!;
      const alone = { ...input, target: input.target.slice(0, row.cutoff) };
      const one = await call(app, "POST /v1/models/seer/forecast", { ...asked, inputs: [alone] });
      const { mean, median, quantiles, timestamps } = one.body.outputs[0];
      expect({ mean, median, quantiles, timestamps }).toEqual({
        mean: row.mean,
        median: row.median,
        quantiles: row.quantiles,
        timestamps: row.timestamps,
      });
      expect(row.actual).toEqual(input.target.slice(row.cutoff, row.cutoff + 3));
    }
  });

  test("what comes after a cut-off changes nothing before it", async () => {
    const { app } = await realForecaster();
    const [input] = inputs;
    const rowsOf = async (target: (number | null)[]) => {
      const { body } = await call(app, route, { inputs: [{ ...input, target }], windows: 8, step: 2 });
      return body.rows as BacktestForecast[];
    };
    const before = await rowsOf(input!.target);
    for (const changed of [40, 47, 54, 59]) {
      for (const value of [1e6, -3, null]) {
        const target = input!.target.with(changed, value);
        for (const [index, row] of (await rowsOf(target)).entries()) {
          if (row.cutoff > changed) continue;
          expect({ ...row, actual: null }).toEqual({ ...before[index]!, actual: null });
        }
      }
    }
  });

  test("a dataset's series are read, and those that training saw are told from those it kept aside", async () => {
    const contents = randomForecastCheckpoint();
    const { app, dataset } = await realForecaster(contents);
    const asked = { dataset, windows: 3 };
    const other = await call(app, route, asked);
    // 60 values, horizon 4: cut-offs at 48, 52, 56; trained on all but the last 4.
    const rows = other.body.rows as BacktestForecast[];
    expect(rows.map(({ cutoff, seen_in_training }) => [cutoff, seen_in_training])).toEqual([
      [48, null],
      [52, null],
      [56, null],
    ]);
    expect(rows[2]!.actual).toEqual([108, 109, 110, 111]);
    const { sha256 } = await app.store.datasets.get(dataset);
    const own = await realForecaster({ ...contents, description: { ...contents.description, datasetSha256: sha256 } });
    const seen = await call(own.app, route, { ...asked, dataset: own.dataset });
    expect(seen.body.rows.map((row: BacktestForecast) => row.seen_in_training)).toEqual([true, true, false]);
    expect(seen.body.windows.map((window: { seen_in_training: number }) => window.seen_in_training)).toEqual([1, 1, 0]);
  });

  test("a stream carries the same rows as they come, and the same figures", async () => {
    const { app } = await realForecaster();
    const asked = { inputs, windows: 40, step: 1 };
    const whole = await call(app, route, asked);
    const accept = { headers: { accept: "text/event-stream" } };
    const stream = await call(app, route, asked, accept);
    expect(stream.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const events = sseData<BacktestEvent & { seq: number }>(stream.text);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ type: "backtest-start", series: 3, windows: 40, step: 1, horizon: 4 });
    const rows = events.filter((event) => event.type === "backtest-forecast");
    expect(rows.map(({ type, seq, ...row }) => row)).toEqual(whole.body.rows);
    const { type, seq, timings, ...end } = events.at(-1) as BacktestEvent & { type: "backtest-end"; seq: number };
    expect(type).toBe("backtest-end");
    expect(whole.body).toMatchObject(end);
    const figures = await call(app, route, { ...asked, include_forecasts: false });
    expect(figures.body.rows).toBeUndefined();
    expect(figures.body.metrics).toEqual(whole.body.metrics);
  });

  test("the figures are those of the rows", async () => {
    const { app } = await realForecaster();
    const target = Array.from({ length: 40 }, (_, step) => 10 + (step % 12) + step / 12);
    const { body } = await call(app, route, { inputs: [{ target }], windows: 2 });
    const rows = body.rows as BacktestForecast[];
    let [inside, error, count] = [0, 0, 0];
    for (const { actual, median, quantiles } of rows) {
      for (const [step, value] of (actual as number[]).entries()) {
        count++;
        error += (200 * Math.abs(value - median[step]!)) / (value + Math.abs(median[step]!)) / 8;
        if (quantiles["0.1"]![step]! <= value && value <= quantiles["0.9"]![step]!) inside++;
      }
    }
    expect(body.metrics.smape).toBeCloseTo(error, 9);
    expect(body.metrics.coverage).toEqual({ "0.8": inside / count });
    // The last season repeated misses a twelfth a step for a whole year: 1.
    expect(body.metrics.seasonal_naive.mase).toBeCloseTo(1, 9);
    expect(body.metrics.skill).toBeCloseTo(1 - body.metrics.mase, 9);
    expect(body.windows.map(({ window, forecasts }: Record<string, number>) => [window, forecasts])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test("a series with no cut-off to forecast from is counted; where there is no other it is an error", async () => {
    const { app } = await realForecaster();
    const short = { id: "short", target: [1, 2, 3] };
    const { body } = await call(app, route, { inputs: [short, inputs[0]], windows: 2 });
    expect(body).toMatchObject({ forecasts: 2, skipped: 2 });
    const none = await call(app, route, { inputs: [short], windows: 2 });
    expect(none).toMatchObject({
      status: 422,
      body: { code: "history_too_short", errors: [{ allowed: { minimum: 28 } }] },
    });
    const stream = await call(app, route, { inputs: [short], windows: 2, stream: true });
    expect(stream.status).toBe(422);
  });
});

test.each([
  [{ windows: 1 }, "", "exclusive"],
  [{ windows: 1, dataset: "sales", inputs: [{ target: [1] }] }, "/inputs", "exclusive"],
  [{ dataset: "sales", refit: true }, "/refit", "unsupported"],
  [{ dataset: "sales", horizon: 4 }, "/horizon", "range"],
  [{ dataset: "sales", quantiles: [0.01] }, "/quantiles/0", "range"],
  [{ dataset: "hamlet" }, "/dataset", "kind"],
  [{ dataset: "sales", windows: 1001 }, "/windows", "range"],
  [{ inputs: Array.from({ length: 1000 }, () => ({ target: [1, 2, 3, 4] })), windows: 100 }, "/windows", "size"],
])("%j is refused at %s", async (body, pointer, code) => {
  const { app } = await buildApp();
  await seedForecaster(app);
  await seedText(app);
  const refused = await call(app, route, body);
  expect(refused.status).toBe(422);
  expect(refused.body.errors[0]).toMatchObject({ pointer, code });
});
