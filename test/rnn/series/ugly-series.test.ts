import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecastTask } from "../../../src/rnn/series/forecast-task.ts";
import { createForecaster } from "../../../src/rnn/series/forecaster.ts";
import type { ForecastInput, ForecastOutput } from "../../../src/schemas/forecast.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { forecastSpec, type TestSeries } from "./forecast-spec.ts";
import { trainTask } from "./train-task.ts";

const horizon = 4;
const known = { code: expect.stringMatching(/^(validation_failed|history_too_short)$/) };

/** Every ugly kind by name: a value by step. */
const kinds: Record<string, (random: Random) => (step: number) => number | null> = {
  constant: (random) => {
    const value = random.integer(9);
    return () => value;
  },
  zeros: () => () => 0,
  gaps: (random) => () => (random.uniform() < 0.3 ? null : random.integer(50)),
  tiny: (random) => () => 1e-30 * (1 + random.uniform()),
  huge: (random) => () => 1e30 * (1 + random.uniform()),
  largest: (random) => () => (random.uniform() < 0.5 ? 1.7e308 : 1),
  every: (random) => () => 10 ** (60 * random.uniform() - 30),
  integers: (random) => () => random.integer(4),
  counts: (random) => () => random.integer(1_000_000),
  negative: (random) => () => -1e3 * random.uniform(),
  signs: (random) => () => random.normal(),
  outlier: (random) => (step) => (step === 9 ? 1e12 : random.integer(5)),
  rising: () => (step) => step ** 3,
  alternating: () => (step) => (step % 2 === 0 ? 1 : 1e9),
};
/** Daylight saving, month ends, leap days, and none. */
const starts: Partial<ForecastInput>[] = [
  {},
  { start: "2026-03-28T20:00+01:00[Europe/Madrid]", frequency: "h" },
  { start: "2026-10-24T20:00+02:00[Europe/Madrid]", frequency: "h" },
  { start: "2023-01-31", frequency: "mo" },
  { start: "2024-02-29", frequency: "y" },
];

function uglyInput(random: Random): ForecastInput {
  const names = Object.keys(kinds);
  const value = kinds[names[random.integer(names.length)]!]!(random);
  const length = 5 + random.integer(40); // some are a value or two short
  const target = Array.from({ length }, (_, step) => value(step));
  return { target, ...(random.uniform() < 0.2 ? starts[random.integer(starts.length)] : {}) };
}

async function trained(series: TestSeries[], settings: Partial<ForecastSettings>) {
  const folder = await mkdtemp(path.join(tmpdir(), "unroll-ugly-"));
  const spec = await forecastSpec(folder, series, { horizon, ...settings });
  const task = await createForecastTask(spec, new Random(1));
  await rm(folder, { recursive: true });
  expect(trainTask(task, 30, 0.02).every(Number.isFinite)).toBe(true);
  await task.evaluate(async () => undefined);
  const tensors = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  const description = JSON.parse(JSON.stringify(task.describe())) as ForecastDescription;
  task.dispose();
  return createForecaster({ architecture: spec.architecture, forecast: task.forecast!, description, tensors });
}

function expectSound({ mean, median, quantiles, samples = [] }: ForecastOutput, settings: Partial<ForecastSettings>) {
  const paths = Object.entries(quantiles).sort(([low], [high]) => Number(low) - Number(high));
  const all = [mean, median, ...samples, ...paths.map(([, values]) => values)].flat();
  expect(all.every(Number.isFinite)).toBe(true);
  for (let level = 1; level < paths.length; level++) {
    expect(paths[level]![1].every((value, step) => value >= paths[level - 1]![1][step]!)).toBe(true);
  }
  const { minimum, maximum } = settings;
  if (typeof minimum === "number") expect(Math.min(...all)).toBeGreaterThanOrEqual(minimum);
  if (typeof maximum === "number") expect(Math.max(...all)).toBeLessThanOrEqual(maximum);
  const whole = [median, ...samples, ...Object.values(quantiles)].flat();
  if (settings.integer) expect(whole.every(Number.isInteger)).toBe(true);
}

const random = new Random(11);
const plain: TestSeries[] = Array.from({ length: 4 }, (_, index) => ({
  id: `plain-${index}`,
  target: Array.from({ length: 48 }, () => 1 + random.integer(20)),
}));

test.each<Partial<ForecastSettings>>([
  { likelihood: "quantile", transform: "log" },
  { likelihood: "quantile", transform: "difference", minimum: 0, maximum: 100 },
  { likelihood: "quantile", transform: "none", scaling: "series" },
  { likelihood: "gaussian", transform: "none", minimum: 0, integer: true },
  { likelihood: "gaussian", transform: "log_difference" },
  { likelihood: "student_t", transform: "none", maximum: 50 },
  { likelihood: "student_t", transform: "difference" },
  { likelihood: "negative_binomial", minimum: 0, integer: true },
])(
  "250 ugly series: finite, ordered, within bounds, or refused with a code: %j",
  async (settings) => {
    const forecaster = await trained(plain, settings);
    const draws = new Random(5);
    let answered = 0;
    for (let count = 0; count < 250; count++) {
      const input = uglyInput(draws);
      try {
        const levels = [0.1, 0.33, 0.5, 0.9];
        const [output] = forecaster.forecast([input], null, levels, { count: 5, seed: count });
        expectSound(output!, settings);
        answered++;
      } catch (error) {
        if (!(error instanceof Error && "code" in error)) throw error;
        expect(error).toMatchObject(known);
      }
    }
    expect(answered).toBeGreaterThan(40);
    forecaster.dispose();
  },
  60_000,
);
