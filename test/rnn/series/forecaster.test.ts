import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster, type Forecaster } from "../../../src/rnn/series/forecaster.ts";
import type { ForecastInput, ForecastOutput } from "../../../src/schemas/forecast.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";
import { seasonalSeries } from "./seasonal-series.ts";
import { trainTask } from "./train-task.ts";

/** Trains a little and takes the way through a checkpoint's contents. */
async function trained(
  series: TestSeries[],
  settings: Partial<ForecastSettings> & { horizon: number; frequency?: string | null },
) {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-forecaster-"));
  const spec = await forecastSpec(folder, series, settings);
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  trainTask(task, 60, 0.2);
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  const description = JSON.parse(JSON.stringify(task.describe())) as ForecastDescription;
  task.dispose();
  return createForecaster({ architecture: spec.architecture, forecast: task.forecast!, description, tensors });
}

const history = seasonalSeries(1, 96, 11)[0]!.target as number[];
let log: Forecaster;
let linear: Forecaster;
beforeAll(async () => {
  const series = seasonalSeries(8, 96);
  log = await trained(series, { horizon: 12 });
  linear = await trained(series, { horizon: 12, transform: "none" });
});
afterAll(() => {
  log.dispose();
  linear.dispose();
});

function errorsOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}

test("a season goes on", () => {
  for (const forecaster of [log, linear]) {
    const [output] = forecaster.forecast([{ target: history.slice(0, 84) }], null, null);
    const naive = history.slice(72, 84);
    const error = (path: number[]) => path.reduce((sum, value, step) => sum + Math.abs(value - history[84 + step]!), 0);
    expect(error(output!.median)).toBeLessThan(error(naive));
    expect(Object.keys(output!.quantiles)).toEqual(["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]);
    expect(output!.quantiles["0.5"]).toEqual(output!.median);
    expect(output!.mean).toHaveLength(12);
  }
});

test("each input is forecast as if alone, and the shorter horizon is the longer one's beginning", () => {
  const inputs: ForecastInput[] = [
    { id: "a", target: history },
    { target: history.slice(0, 50) },
    { target: [...history.slice(0, 40), null] },
  ];
  const together = log.forecast(inputs, 5, [0.5]);
  expect(together.map(({ id }) => id)).toEqual(["a", null, null]);
  for (const [index, input] of inputs.entries()) {
    const [alone] = log.forecast([input], null, null);
    for (const [step, value] of together[index]!.median.entries()) expect(value).toBeCloseTo(alone!.median[step]!, 3);
    expect(together[index]!.median).toHaveLength(5);
  }
});

test("no tensor stays behind", () => {
  log.forecast([{ target: history }], null, null);
  const { numTensors } = tf.memory();
  for (let count = 0; count < 20; count++) log.forecast([{ target: history }], null, null);
  expect(tf.memory().numTensors).toBe(numTensors);
});

describe("times", () => {
  const target = history.slice(0, 36);
  const timesOf = (input: Partial<ForecastInput>, horizon = 3) =>
    log.forecast([{ target, ...input }], horizon, null)[0]!.timestamps;

  test("none in, none out", () => expect(timesOf({})).toBeNull());
  test("a start alone goes by the data's frequency", () =>
    expect(timesOf({ start: "2021-01-31" })).toEqual(["2024-01-31", "2024-02-29", "2024-03-31"]));
  test("a frequency of its own, over daylight saving", () =>
    expect(timesOf({ start: "2026-03-27T14:00+01:00[Europe/Madrid]", frequency: "h" })).toEqual([
      "2026-03-29T03:00+02:00[Europe/Madrid]",
      "2026-03-29T04:00+02:00[Europe/Madrid]",
      "2026-03-29T05:00+02:00[Europe/Madrid]",
    ]));
  test("timestamps go on as they came", () =>
    expect(
      timesOf({
        timestamps: Array.from(
          { length: 36 },
          (_, day) => `2024-${day < 31 ? "01" : "02"}-${String((day % 31) + 1).padStart(2, "0")}`,
        ),
      }),
    ).toEqual(["2024-02-06", "2024-02-07", "2024-02-08"]));

  test("gaps are refused: expected, found, where", () => {
    const timestamps = target.map(
      (_, month) => `${2020 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`,
    );
    timestamps[35] = "2023-01-01";
    expect(errorsOf(() => timesOf({ timestamps }))).toMatchObject({
      code: "validation_failed",
      errors: [
        {
          pointer: "/inputs/0/timestamps/35",
          code: "gap",
          message: expect.stringMatching(/expected 2022-12-01 .* found 2023-01-01/),
        },
      ],
    });
  });

  test("the end of the calendar is refused", () => {
    expect(errorsOf(() => timesOf({ start: "9997-02-01" }))).toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/inputs/0" }],
    });
  });
});

describe("refused, with pointers", () => {
  test("too long a horizon and quantiles the model does not know", () => {
    expect(errorsOf(() => log.forecast([{ target: history }], 13, [0.5, 0.95]))).toMatchObject({
      code: "validation_failed",
      errors: [
        { pointer: "/horizon", value: 13, allowed: { maximum: 12 } },
        { pointer: "/quantiles/1", value: 0.95, allowed: { minimum: 0.1, maximum: 0.9 } },
      ],
    });
  });

  test("too short a history: found, needed, each input", () => {
    const inputs = [{ target: history }, { target: [null, null, ...history.slice(0, 23)] }, { target: [null] }];
    expect(errorsOf(() => log.forecast(inputs, null, null))).toMatchObject({
      code: "history_too_short",
      errors: [
        { pointer: "/inputs/1/target", value: 23, allowed: { minimum: 24 }, hint: expect.any(String) },
        { pointer: "/inputs/2/target", value: 0 },
      ],
    });
  });

  test("what a logarithm cannot take, beside another fault", () => {
    const inputs: ForecastInput[] = [
      { target: history.with(7, 0) },
      { target: [1, 2] },
      { target: history, start: "soon" },
    ];
    expect(errorsOf(() => log.forecast(inputs, null, null))).toMatchObject({
      code: "validation_failed",
      errors: [
        { pointer: "/inputs/0/target/7", code: "not_positive", value: 0 },
        { pointer: "/inputs/1/target", code: "history_too_short" },
        { pointer: "/inputs/2/start", code: "invalid" },
      ],
    });
    expect(linear.forecast([{ target: history.with(7, -4) }], null, null)).toHaveLength(1);
  });
});

test("quantiles between the model's own lie between them", () => {
  const [output] = log.forecast([{ target: history }], null, [0.1, 0.15, 0.2, 0.77]);
  const { "0.1": low, "0.15": middle, "0.2": high } = output!.quantiles;
  for (const [step, value] of middle!.entries()) expect(value).toBeCloseTo(Math.sqrt(low![step]! * high![step]!), 6);
  expect(Object.keys(output!.quantiles)).toEqual(["0.1", "0.15", "0.2", "0.77"]);
});

function expectSound({ mean, median, quantiles }: ForecastOutput): void {
  const paths = Object.entries(quantiles).sort(([low], [high]) => Number(low) - Number(high));
  for (const path of [mean, median, ...paths.map(([, path]) => path)]) {
    expect(path.every(Number.isFinite)).toBe(true);
  }
  for (let level = 1; level < paths.length; level++) {
    expect(paths[level]![1].every((value, step) => value >= paths[level - 1]![1][step]!)).toBe(true);
  }
}

describe("1,200 ugly series: finite, ordered, never a crash", () => {
  const length = fc.integer({ min: 24, max: 90 });
  const gap = { arbitrary: fc.constant(null), weight: 1 };
  const uglyValues = (value: fc.Arbitrary<number>) =>
    length.chain((size) =>
      fc.array(fc.oneof({ arbitrary: value, weight: 5 }, gap), { minLength: size, maxLength: size }),
    );
  const positive = fc.oneof(
    uglyValues(fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })),
    uglyValues(fc.double({ min: 1e-30, max: 1e30, noNaN: true })),
    uglyValues(fc.integer({ min: 1, max: 3 })),
    uglyValues(fc.constantFrom(5e-324, 1, 1.7e308)),
    fc
      .tuple(length, fc.constantFrom(1e-30, 1, 7, 1e30, 5e-324))
      .map(([size, value]) => Array.from({ length: size }, () => value)),
  );
  const any = fc.oneof(
    positive,
    uglyValues(fc.double({ noNaN: true, noDefaultInfinity: true })),
    uglyValues(fc.integer({ min: -5, max: 5 })),
    uglyValues(fc.constantFrom(0, -1.7e308, 1.7e308)),
    length.map((size) => Array.from({ length: size }, () => 0)),
  );
  const withStart = (targets: fc.Arbitrary<(number | null)[]>) =>
    fc.tuple(targets, fc.double({ min: 1e-3, max: 10, noNaN: true })).map(([target, first]) => [first, ...target]);

  test.each([
    ["log", positive],
    ["linear", any],
  ] as const)("%s", (name, targets) => {
    const forecaster = name === "log" ? log : linear;
    const batches = fc.array(withStart(targets), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(batches, (batch) => {
        for (const output of forecaster.forecast(
          batch.map((target) => ({ target })),
          null,
          [0.1, 0.3, 0.5, 0.62, 0.9],
        ))
          expectSound(output);
      }),
      { numRuns: 100 },
    );
  });
});
