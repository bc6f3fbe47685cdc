import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { tf } from "../../../src/rnn/backend.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import { readScoredInputs } from "../../../src/rnn/series/anomalies/read-scored-inputs.ts";
import { planBacktest } from "../../../src/rnn/series/backtest/plan-backtest.ts";
import { historyBefore } from "../../../src/rnn/series/backtest/read-whole-series.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster, type Forecaster } from "../../../src/rnn/series/forecaster.ts";
import type { ForecastInput } from "../../../src/schemas/forecast.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";

const horizon = 4;
const small = { horizon, context_length: 8, block_length: 4, lags: [], season_length: 8, frequency: null };
const plain = { ...small, transform: "none", baseline: "last", seeds: 1 } as const;

async function taskOf(series: TestSeries[], settings: Partial<ForecastSettings> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-covariates-"));
  const spec = await forecastSpec(folder, series, { ...plain, ...settings });
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  return { spec, task };
}

async function trained(series: TestSeries[], settings: Partial<ForecastSettings> = {}, steps = 250) {
  const { spec, task } = await taskOf(series, settings);
  const optimizer = tf.train.adam(0.006);
  const parameters = [...task.parameters.values()];
  for (let step = 0; step < steps; step++) optimizer.minimize(task.nextBatch(), false, parameters);
  optimizer.dispose();
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  const description = JSON.parse(JSON.stringify(task.describe())) as ForecastDescription;
  const forecaster = createForecaster({
    architecture: spec.architecture,
    forecast: task.forecast!,
    description,
    tensors,
  });
  task.dispose();
  return { forecaster, description, forecast: task.forecast! };
}

/** Values that nothing tells ahead but the covariates: `sign` is 1 or -1 by chance, the target is 10 x level + 5 x sign. */
function series(index: number, length: number): TestSeries {
  const random = new Random(100 + index);
  const signs = Array.from({ length: length + 2 * horizon }, () => (random.uniform() < 0.5 ? 1 : -1));
  const level = index % 3;
  return {
    id: `s${index}`,
    target: signs.slice(0, length).map((sign) => 50 + 10 * level + 5 * sign),
    future_covariates: { promotion: signs },
    past_covariates: { lead: signs.slice(horizon, length + horizon) },
    static: { region: ["north", "south", "west"][level]!, size: index },
  };
}

const all = Array.from({ length: 6 }, (_, index) => series(index, 60));
const many = Array.from({ length: 12 }, (_, index) => series(30 + index, 120));

function asked(index: number, length = 40): ForecastInput & TestSeries {
  const { target, future_covariates, past_covariates, static: statics, id } = series(index, length);
  return { id, target, future_covariates, past_covariates, static: statics } as ForecastInput & TestSeries;
}

const whole = (index: number, length: number) => series(index, length + horizon).target.slice(length) as number[];

function error(path: number[], actual: number[]): number {
  return path.reduce((sum, value, step) => sum + Math.abs(value - actual[step]!) / path.length, 0);
}

function faultsOf(action: () => unknown): { pointer: string; code: string; allowed?: unknown }[] {
  try {
    action();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    return (thrown as AppError).errors as { pointer: string; code: string }[];
  }
  throw new Error("expected an error");
}

let full: Awaited<ReturnType<typeof trained>>;
let forecaster: Forecaster;
beforeAll(async () => {
  full = await trained(all);
  forecaster = full.forecaster;
});
afterAll(() => forecaster.dispose());

/** Mean error over a few series that are sent with what the model wants. */
function meanError(model: Forecaster, fields: (keyof ForecastInput)[]): number {
  const errors = [11, 12, 13, 14].map((index) => {
    const input = asked(index);
    const kept = Object.fromEntries(Object.entries(input).filter(([name]) => fields.includes(name as "id")));
    const [output] = model.forecast([{ target: input.target, ...kept }], null, null);
    return error(output!.median, whole(index, 40));
  });
  return errors.reduce((sum, value) => sum + value / errors.length, 0);
}

describe("what covariates tell", () => {
  let blind: Forecaster;
  beforeAll(async () => {
    blind = (await trained(many, { covariates: [] }, 400)).forecaster;
  });
  afterAll(() => blind.dispose());

  test.each([
    ["a future covariate that drives the target", ["promotion"], ["future_covariates"]],
    ["a past covariate that runs ahead of the target", ["lead"], ["past_covariates"]],
  ] as const)("%s", async (_, covariates, fields) => {
    const informed = (await trained(many, { covariates: [...covariates] }, 400)).forecaster;
    const [known, unknown] = [meanError(informed, [...fields]), meanError(blind, [])];
    expect(unknown).toBeGreaterThan(3);
    expect(known).toBeLessThan(unknown / 4);
    informed.dispose();
  });

  test("a category sets the level where the history does not tell it", async () => {
    // The history is the same for all; the level comes after it.
    const jump = (index: number): TestSeries => {
      const up = index % 2 === 0;
      const values = Array.from({ length: 12 }, (_, step) => (step < 4 ? 10 + (step % 2) : up ? 14 : 6));
      return { id: `j${index}`, target: values.slice(0, 8), static: { kind: up ? "riser" : "faller" } };
    };
    const settings = { context_length: 4, block_length: 2 };
    const { forecaster: model } = await trained([0, 1, 2, 3].map(jump), settings);
    const target = [10, 11, 10, 11];
    const [riser, faller] = model.forecast(
      [
        { target, static: { kind: "riser" } },
        { target, static: { kind: "faller" } },
      ],
      null,
      null,
    );
    expect(error(riser!.median, [14, 14, 14, 14])).toBeLessThan(1.5);
    expect(error(faller!.median, [6, 6, 6, 6])).toBeLessThan(1.5);
    model.dispose();
  });
});

describe("what a model keeps of them", () => {
  test("names in the settings, scales from the training part alone", async () => {
    expect(full.forecast.covariates).toEqual(["lead", "promotion", "region", "size"]);
    const { past, future, static_numbers, static_categories } = full.description.covariates!;
    expect([past, future].map(([one]) => one!.name)).toEqual(["lead", "promotion"]);
    expect(static_numbers).toEqual([{ name: "size", mean: 2.5, deviation: expect.closeTo(Math.sqrt(35 / 12), 10) }]);
    expect(static_categories).toEqual([{ name: "region", values: ["north", "south", "west"] }]);
    // 16 values, the last 4 held out: of the other 12, half are 1, half 3.
    const values = [...Array.from({ length: 12 }, (_, step) => 1 + 2 * (step % 2)), 900, 900, 900, 900];
    const target = values.map((_, step) => step + 1);
    const one = { id: "a", target, past_covariates: { p: values }, future_covariates: { f: [...values, 900] } };
    const { task } = await taskOf([one]);
    const { covariates } = task.describe() as unknown as ForecastDescription;
    expect(covariates).toMatchObject({
      past: [{ name: "p", mean: 2, deviation: 1 }],
      future: [{ name: "f", mean: 2, deviation: 1 }],
    });
    task.dispose();
  });

  test("a list of names that the data lack is refused", async () => {
    await expect(taskOf(all, { covariates: ["promotion", "price"] })).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/forecast/covariates/1", value: "price" }],
    });
  });
});

/** Inputs with one number changed in a covariate. */
function changed(input: ForecastInput, field: "past_covariates" | "future_covariates", step: number): ForecastInput {
  const lists = Object.entries(input[field]!).map(([name, values]) => [name, values.with(step, 1e5)]);
  return { ...input, [field]: Object.fromEntries(lists) };
}

describe("nothing of what comes later has a part in a forecast", () => {
  const outputOf = (input: ForecastInput) => forecaster.forecast([input], null, null);

  test("future covariates count up to the horizon's end and no further", () => {
    const input = asked(20);
    const before = outputOf(input);
    for (let step = 40 + horizon; step < 40 + 2 * horizon; step++) {
      expect(outputOf(changed(input, "future_covariates", step))).toEqual(before);
    }
    for (let step = 36; step < 40 + horizon; step++) {
      expect(outputOf(changed(input, "future_covariates", step))).not.toEqual(before);
    }
    expect(outputOf(changed(input, "past_covariates", 39))).not.toEqual(before);
  });

  test("of a whole series, from a cut-off in it: target and past covariates before it, future ones to the horizon's end", () => {
    const origin = 30;
    const input = asked(21);
    const at = (one: ForecastInput) => {
      const source = { input: one, pointer: "/inputs/0", isStored: false, told: (fault: never) => fault };
      const planned = planBacktest(source, forecaster.rules, { windows: 1, step: 1, horizon: 10 });
      if (planned === null || Array.isArray(planned)) throw new Error("expected a plan");
      expect(planned.cuts).toEqual([{ window: 1, at: origin }]);
      const call = forecaster.openHistories([historyBefore(planned.series, origin)], horizon, [0.1, 0.5, 0.9]);
      forecaster.advance([call]);
      return call.outputs[0]!.quantiles;
    };
    const before = at(input);
    const [alone] = forecaster.forecast(
      [
        {
          ...input,
          target: input.target.slice(0, origin),
          past_covariates: { lead: input.past_covariates!.lead!.slice(0, origin) },
        },
      ],
      null,
      [0.1, 0.5, 0.9],
    );
    expect(alone!.quantiles).toEqual(before);
    for (let step = origin; step < 40; step++) {
      expect(at({ ...input, target: input.target.with(step, 1e5) })).toEqual(before);
      expect(at({ ...input, target: input.target.with(step, null) })).toEqual(before);
      expect(at(changed(input, "past_covariates", step))).toEqual(before);
      const seen = at(changed(input, "future_covariates", step));
      if (step < origin + horizon) expect(seen).not.toEqual(before);
      else expect(seen).toEqual(before);
    }
    expect(at(changed(input, "past_covariates", origin - 1))).not.toEqual(before);
  });

  test("a missing value is the last one before it, and the mean where none is", () => {
    const input = asked(22);
    const lead = input.past_covariates!.lead!;
    const withLead = (values: (number | null)[]) => outputOf({ ...input, past_covariates: { lead: values } });
    expect(withLead(lead.with(38, null))).toEqual(withLead(lead.with(38, lead[37]!)));
    const { mean } = full.description.covariates!.past[0]!;
    expect(withLead(lead.map(() => null))).toEqual(withLead(lead.map(() => mean)));
  });
});

describe("what a request must send", () => {
  const refused = (input: ForecastInput) => faultsOf(() => forecaster.forecast([input], null, null));

  test("each covariate of the model, as long as it must be, and no other", () => {
    const { target } = asked(1);
    expect(refused({ target }).map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/inputs/0/past_covariates/lead", "required"],
      ["/inputs/0/future_covariates/promotion", "required"],
      ["/inputs/0/static/size", "required"],
      ["/inputs/0/static/region", "required"],
    ]);
    const input = asked(1);
    const short = { ...input, future_covariates: { promotion: input.future_covariates!.promotion!.slice(0, 43) } };
    expect(refused(short)).toMatchObject([{ code: "length", value: 43, allowed: { minimum: 44 } }]);
    expect(refused({ ...input, past_covariates: { lead: [1] } })).toMatchObject([
      { pointer: "/inputs/0/past_covariates/lead", code: "length" },
    ]);
    expect(refused({ ...input, static: { ...input.static!, "a/b": 1 } })).toMatchObject([
      { pointer: "/inputs/0/static/a~1b", code: "unknown_covariate", allowed: ["size", "region"] },
    ]);
  });

  test("a category that the model knows, and numbers where it knows numbers", () => {
    const input = asked(1);
    expect(refused({ ...input, static: { region: "east", size: "big" } })).toMatchObject([
      { pointer: "/inputs/0/static/size", code: "type" },
      { pointer: "/inputs/0/static/region", code: "unknown_category", allowed: ["north", "south", "west"] },
    ]);
  });

  test("values to score need the covariates, too, as far as the last forecast reaches", () => {
    const input = asked(1);
    expect(readScoredInputs([input], forecaster.rules, true)).toMatchObject([{ from: 39, to: 40 }]);
    expect(faultsOf(() => readScoredInputs([{ target: input.target }], forecaster.rules, true))).toHaveLength(4);
  });

  test("none of a model without covariates", async () => {
    const { forecaster: blind } = await trained(all, { covariates: [] }, 1);
    expect(faultsOf(() => blind.forecast([asked(1)], null, null)).map(({ pointer }) => pointer)).toEqual([
      "/inputs/0/past_covariates/lead",
      "/inputs/0/future_covariates/promotion",
      "/inputs/0/static/region",
      "/inputs/0/static/size",
    ]);
    blind.dispose();
  });
});
