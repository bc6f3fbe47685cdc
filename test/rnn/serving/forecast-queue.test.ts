import { expect, test } from "vitest";
import { tensorGroup } from "../../../src/rnn/checkpoint.ts";
import type { ForecastDescription } from "../../../src/rnn/series/forecast-description.ts";
import { createForecaster, type Forecaster } from "../../../src/rnn/series/forecaster.ts";
import { ForecastQueue } from "../../../src/rnn/serving/forecast-queue.ts";
import { RoundRobin } from "../../../src/rnn/serving/round-robin.ts";
import type { ForecastInput } from "../../../src/schemas/forecast.ts";
import { randomForecastCheckpoint } from "./random-forecast-checkpoint.ts";

/** A real model whose passes are counted; `spoil` may break what goes through it. */
function model(spoil: (forecaster: Forecaster) => Partial<Forecaster> = () => ({})) {
  const { description, tensors } = randomForecastCheckpoint();
  const { architecture, forecast, taskDescription } = description;
  const real = createForecaster({
    architecture,
    forecast: forecast!,
    description: taskDescription as unknown as ForecastDescription,
    tensors: tensorGroup(tensors, "model"),
  });
  const passes: number[] = [];
  const advance: Forecaster["advance"] = (calls) => {
    passes.push(calls.length);
    real.advance(calls);
  };
  const forecaster = { ...real, advance, ...spoil({ ...real, advance }) };
  const queue = new ForecastQueue(forecaster, new RoundRobin());
  const ask = (inputs: ForecastInput[], horizon: number | null = null, quantiles: number[] | null = null) =>
    queue.ask({ inputs, horizon, quantiles, receivedAtMs: performance.now() });
  return { real, ask, passes };
}

const series = (seed: number, length = 40): ForecastInput => ({
  id: `s${seed}`,
  target: Array.from({ length }, (_, step) => 10 + seed + Math.sin(step + seed)),
});

test("requests that came together go through the network side by side, and get what each gets alone, bit for bit", async () => {
  const { real, ask, passes } = model();
  const questions = [...Array(10).keys()].map((seed) => [series(seed, 30 + seed), series(100 + seed)]);
  const answers = await Promise.all(questions.map((inputs) => ask(inputs)));
  expect(passes).toEqual([16, 4]);
  for (const [index, { series: count, outputs }] of answers.entries()) {
    expect(count).toBe(2);
    expect(JSON.parse(outputs)).toEqual(real.forecast(questions[index]!, null, null));
  }
});

test("each request has a horizon and quantiles of its own", async () => {
  const { real, ask, passes } = model();
  const [short, own] = await Promise.all([ask([series(1)], 2, [0.5]), ask([series(1)])]);
  expect(passes).toEqual([2]);
  expect([short.horizon, own.horizon]).toEqual([2, real.horizon]);
  const [all] = JSON.parse(own.outputs);
  const [part] = JSON.parse(short.outputs);
  expect(part).toEqual({
    ...all,
    mean: all.mean.slice(0, 2),
    median: all.median.slice(0, 2),
    quantiles: { "0.5": all.median.slice(0, 2) },
  });
});

test("a request that is wrong fails alone", async () => {
  const { real, ask } = model();
  const results = await Promise.allSettled([
    ask([series(1)]),
    ask([series(2, 1)]),
    ask([series(3)], 1000),
    ask([series(4)]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(results[1]).toMatchObject({ reason: { code: "history_too_short" } });
  expect(results[2]).toMatchObject({ reason: { code: "validation_failed", errors: [{ pointer: "/horizon" }] } });
  const last = results[3] as PromiseFulfilledResult<{ outputs: string }>;
  expect(JSON.parse(last.value.outputs)).toEqual(real.forecast([series(4)], null, null));
});

test("a request that breaks the network fails alone; the others go through again without it", async () => {
  const { ask } = model(({ advance }) => ({
    advance: (calls) => {
      if (calls.some(({ histories }) => histories[0]!.id === "s13")) throw new Error("out of luck");
      advance(calls);
    },
  }));
  const results = await Promise.allSettled([12, 13, 14].map((seed) => ask([series(seed), series(seed + 100)])));
  expect(results).toMatchObject([
    { status: "fulfilled" },
    { reason: { message: "out of luck" } },
    { status: "fulfilled" },
  ]);
});

test("a number that is not finite never leaves: it is our fault and says so", async () => {
  const { ask } = model(({ advance }) => ({
    advance: (calls) => {
      advance(calls);
      for (const { outputs } of calls) if (outputs[0]!.id === "s2") outputs[0]!.mean[1] = Number.NaN;
    },
  }));
  const results = await Promise.allSettled([ask([series(1)]), ask([series(2)])]);
  expect(results).toMatchObject([{ status: "fulfilled" }, { reason: { code: "internal" } }]);
});

test("one request with a thousand series lets small ones by", async () => {
  const { real, ask, passes } = model();
  const ended: string[] = [];
  const giant = ask([...Array(1000).keys()].map((seed) => series(seed))).then((answer) => {
    ended.push("giant");
    return answer;
  });
  const small = [...Array(40).keys()].map((seed) => ask([series(seed)]).then(() => ended.push("small")));
  await Promise.all(small);
  expect(ended).toEqual(Array(40).fill("small"));
  expect(passes.slice(0, 3)).toEqual([16, 16, 16]);
  const { series: count, outputs } = await giant;
  expect(count).toBe(1000);
  expect(JSON.parse(outputs)[999]).toEqual(real.forecast([series(999)], null, null)[0]);
});
