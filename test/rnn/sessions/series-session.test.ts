import { describe, expect, it } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import { tensorGroup } from "../../../src/rnn/checkpoint.ts";
import { Random } from "../../../src/rnn/random.ts";
import { seriesLeft } from "../../../src/rnn/series/forecast-call.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { createForecaster } from "../../../src/rnn/series/forecaster.ts";
import { valueTransforms } from "../../../src/rnn/series/value-transform.ts";
import type { ServedModel } from "../../../src/rnn/serving/load-model.ts";
import { beginSession } from "../../../src/rnn/sessions/begin-session.ts";
import { forecastingModel } from "../../../src/rnn/sessions/forecasting-model.ts";
import { modelDigests } from "../../../src/rnn/sessions/model-digests.ts";
import { observe } from "../../../src/rnn/sessions/observe.ts";
import { historyOf, remember, type SeriesMemory } from "../../../src/rnn/sessions/series-memory.ts";
import { readSeriesState, writeSeriesState } from "../../../src/rnn/sessions/series-state.ts";
import type { ForecastOutput } from "../../../src/schemas/forecast.ts";
import type { ResolvedForecastSettings } from "../../../src/schemas/models.ts";
import type { Observation, SeriesState } from "../../../src/schemas/sessions.ts";
import { randomForecastCheckpoint } from "../serving/random-forecast-checkpoint.ts";

function seer(changes: Partial<ResolvedForecastSettings> = {}) {
  const contents = randomForecastCheckpoint(changes); // context 24, horizon 4, at least 24 values
  const { architecture, forecast, taskDescription } = contents.description;
  const forecaster = createForecaster({
    architecture,
    forecast: forecast!,
    description: taskDescription as unknown as ForecastDescription,
    tensors: tensorGroup(contents.tensors, "model"),
  });
  const own = forecastingModel(modelDigests(contents), forecaster.rules);
  return { forecaster, own, rules: { ...own, frequency: forecaster.rules.frequency } };
}

const plain = seer();
const { forecaster, own, rules } = plain;
const start = "2001-01-31";

const empty: SeriesMemory = {
  ...{ id: "a", timeline: null, length: 0, leading: 0, before: null },
  values: new Float64Array(own.contextLength).fill(Number.NaN),
};

function next(memory: SeriesMemory, { forecaster } = plain): ForecastOutput {
  const { horizon, quantiles, transform } = forecaster.rules.geometry;
  const call = forecaster.openHistories([historyOf(memory, valueTransforms[transform])], horizon, quantiles);
  while (seriesLeft(call) > 0) forecaster.advance([call]);
  return call.outputs[0]!;
}

/** As it is kept between two calls. */
const carried = (memory: SeriesMemory) =>
  readSeriesState(JSON.parse(writeSeriesState(memory, own).text) as SeriesState, own);

describe("a thousand values observed one at a time", () => {
  it("forecast what the whole history does, from a state that does not grow", () => {
    const random = new Random(5);
    let memory = observe(empty, [{ target: null, timestamp: start }], rules);
    const target: (number | null)[] = [null];
    const sizes = new Set<number>();
    const read = new Set<number>();
    let gap = 0;
    for (let step = 1; step < 1000; step += 1) {
      if (gap === 0 && random.uniform() < 0.03) gap = 1 + random.integer(random.uniform() < 0.2 ? 60 : 4);
      gap = Math.max(0, gap - 1);
      const value = gap > 0 ? null : 50 + 10 * Math.sin(step / 2) + random.normal();
      target.push(value);
      memory = observe(carried(memory), [{ target: value }], rules);
      const { filled } = historyOf(memory, valueTransforms.none);
      read.add(filled.values.length);
      if (step < 60) continue;
      const whole = forecaster.forecast([{ id: "a", start, frequency: "mo", target }], null, null)[0]!;
      expect(next(memory)).toEqual(whole); // the same bits
      if (step > 100) sizes.add(JSON.parse(writeSeriesState(memory, own).text).values.length);
    }
    expect(memory.length).toBe(1000);
    expect(Math.max(...read)).toBe(24); // values handed to the pass: the context, never more
    expect([...sizes]).toEqual([Math.ceil((24 * 8) / 3) * 4]); // base64 of 24 doubles
    expect(writeSeriesState(memory, own).text.length).toBeLessThan(1000);
  });

  it("are the same in pieces of any length", () => {
    const random = new Random(8);
    const values = Array.from({ length: 300 }, (_, step) =>
      step < 3 || random.uniform() < 0.2 ? Number.NaN : random.normal(),
    );
    for (const piece of [1, 7, 24, 25, 300]) {
      let memory = empty;
      for (let from = 0; from < values.length; from += piece) {
        memory = remember(carried(memory), values.slice(from, from + piece));
      }
      expect(memory).toEqual(remember(empty, values));
    }
  });
});

it.each(["log", "difference", "log_difference"] as const)(
  "forecasts what the whole history does where the network sees its %s",
  (transform) => {
    const other = seer({ transform, minimum: 52, integer: true });
    const random = new Random(2);
    const target: (number | null)[] = [];
    let memory = empty;
    for (let step = 0; step < 120; step += 1) {
      const value = step > 0 && random.uniform() < 0.1 ? null : 50 + 10 * Math.sin(step / 2) + random.normal();
      target.push(value);
      memory = observe(memory, [{ target: value, ...(step === 0 && { timestamp: start }) }], other.rules);
      if (step < 30) continue;
      const [whole] = other.forecaster.forecast([{ id: "a", start, frequency: "mo", target }], null, null);
      expect(next(memory, other)).toEqual(whole); // the same bits
      expect(whole!.median.every((each) => Number.isInteger(each) && each >= 52)).toBe(true);
    }
  },
);

it.each([
  ["log", {}, 0, "not_positive"],
  ["log_difference", {}, -1, "not_positive"],
  ["none", { likelihood: "negative_binomial" }, 2.5, "not_a_count"],
  ["none", { likelihood: "negative_binomial" }, -2, "not_a_count"],
] as const)("a model of %s %o does not take %d", (transform, more, value, code) => {
  const settings = { ...randomForecastCheckpoint().description.forecast!, transform, ...more };
  const geometry = forecastGeometry({ ...settings, quantiles: [0.1, 0.9] }, 12);
  const model = forecastingModel(own.digests, { ...forecaster.rules, geometry });
  const faults = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as AppError).errors.map((fault) => `${fault.pointer} ${fault.code}`);
    }
    return [];
  };
  const watch = (target: number) => observe(empty, [{ target: 3 }, { target }], { ...model, frequency: null });
  expect(faults(() => watch(7))).toEqual([]);
  expect(faults(() => watch(value))).toEqual([`/observations/1/target ${code}`]);
  const state = JSON.parse(writeSeriesState(remember(empty, [3, value]), model).text) as SeriesState;
  expect(faults(() => readSeriesState(state, model))).toEqual([`/values ${code}`]);
});

it("begins no session for a model whose scale is that of a whole series", () => {
  const { forecaster, own } = seer({ scaling: "series" });
  const model = { task: "forecast", forecaster, digests: own.digests } as unknown as ServedModel;
  const begin = () => beginSession(model, { state: null, pointer: "/state", seed: 1, series: {} });
  expect(begin).toThrow('expected a model with the scaling "window"');
});

describe("times", () => {
  const begun = observe(
    empty,
    Array.from({ length: 40 }, (_, step) => ({ target: 5 + (step % 7), ...(step === 0 && { timestamp: start }) })),
    rules,
  );
  const refusal = (observations: Observation[], memory = begun) => {
    try {
      observe(memory, observations, rules);
    } catch (error) {
      return (error as AppError).errors.map(({ pointer, code }) => `${pointer} ${code}`);
    }
    return [];
  };

  it("leave a gap where one is later than the next", () => {
    const observed = observe(begun, [{ target: 3, timestamp: "2004-07-31" }], rules); // 2004-05-31 is next
    expect(observed.length).toBe(43);
    expect([...observed.values.slice(-4)]).toEqual([5 + (39 % 7), Number.NaN, Number.NaN, 3]);
    expect(next(observed).timestamps).toEqual(["2004-08-31", "2004-09-30", "2004-10-31", "2004-11-30"]);
    expect(next(carried(observed))).toEqual(next(observed));
  });

  it("are refused where they are past, between two steps, or none at all", () => {
    expect(refusal([{ target: 1, timestamp: "2004-05-31" }])).toEqual([]);
    expect(refusal([{ target: 1, timestamp: "2004-04-30" }])).toEqual(["/observations/0/timestamp descending"]);
    expect(refusal([{ target: 1 }, { target: 1, timestamp: "2004-06-15" }])).toEqual([
      "/observations/1/timestamp irregular",
    ]);
    expect(refusal([{ target: 1, timestamp: "yesterday" }])).toEqual(["/observations/0/timestamp invalid"]);
    expect(refusal([{ target: 1, timestamp: start }], remember(empty, [1]))).toEqual([
      "/observations/0/timestamp mixed",
    ]);
    expect(refusal([{ target: 1, timestamp: "9999-12-31" }])).toEqual([]);
  });
});

it("checks every part of a state from elsewhere", () => {
  const memory = remember(
    empty,
    Array.from({ length: 30 }, (_, step) => step),
  );
  const good = JSON.parse(writeSeriesState(memory, own).text) as SeriesState;
  const refusals = (changes: object, model = own) => {
    try {
      readSeriesState({ ...good, ...changes }, model, "/state");
    } catch (error) {
      return [(error as AppError).code, ...(error as AppError).errors.map(({ pointer }) => pointer)];
    }
    return [];
  };
  const base64 = (values: Float64Array) => Buffer.from(values.buffer).toString("base64");
  const values = (change: (values: Float64Array) => void) => {
    const changed = memory.values.slice();
    change(changed);
    return { values: base64(changed) };
  };
  expect(refusals({})).toEqual([]);
  expect(refusals({ before: null })).toEqual(["validation_failed", "/state/before"]);
  expect(refusals({ before: { value: 5, steps: 7 } })).toEqual(["validation_failed", "/state/before"]);
  expect(refusals({ leading: 31 })[1]).toBe("/state/leading");
  expect(refusals({ length: 20 })).toContain("/state/values"); // four values more than there can be
  expect(refusals(values((all) => all.fill(Number.POSITIVE_INFINITY, 3, 4)))).toEqual([
    ...["validation_failed", "/state/values"],
  ]);
  expect(
    refusals(
      values((all) => all.fill(0, 3, 4)),
      { ...own, values: { positive: true, counts: false } },
    ),
  ).toContain("/state/values");
  expect(refusals({ values: "" })).toEqual(["validation_failed", "/state/values"]);
  const timeline = { start: "2001-02-30", frequency: "mo", month_end: false };
  expect(refusals({ timeline })).toEqual(["validation_failed", "/state/timeline/start"]);
  expect(refusals({ model: { ...good.model, weights: "0".repeat(64) } })).toEqual([
    ...["session_state_mismatch", "/state/model/weights"],
  ]);
});
