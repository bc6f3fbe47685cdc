import { describe, expect, test } from "vitest";
import { checkForecast } from "../../src/routes/check-forecast.ts";
import { likelihoodFaults } from "../../src/routes/likelihood-faults.ts";
import type { Model } from "../../src/schemas/models.ts";
import { autoSettings } from "../rnn/series/forecast-spec.ts";

const settings = { ...autoSettings, horizon: 6 };

describe("settings that mean nothing together", () => {
  test.each([
    [{ likelihood: "student_t", transform: "log" }, "/forecast/transform"],
    [{ likelihood: "student_t", transform: "log_difference" }, "/forecast/transform"],
    [{ likelihood: "negative_binomial", transform: "log" }, "/forecast/transform"],
    [{ likelihood: "negative_binomial", transform: "difference" }, "/forecast/transform"],
    [{ likelihood: "negative_binomial", minimum: -1 }, "/forecast/minimum"],
    [{ transform: "log", minimum: -1 }, "/forecast/minimum"],
    [{ transform: "log", maximum: 0 }, "/forecast/maximum"],
    [{ minimum: 3, maximum: 3 }, "/forecast/minimum"],
    [{ minimum: 3.2, maximum: 3.8, integer: true }, "/forecast/integer"],
  ] as const)("%j", (given, pointer) => {
    expect(likelihoodFaults({ ...settings, ...given })).toEqual([
      expect.objectContaining({ pointer, code: "conflict", hint: expect.any(String) }),
    ]);
  });

  test.each([
    [{ likelihood: "gaussian", transform: "log" }],
    [{ likelihood: "student_t", transform: "difference", minimum: -5 }],
    [{ likelihood: "negative_binomial", transform: "none", minimum: 0, integer: true }],
  ] as const)("%j is none of them", (given) => expect(likelihoodFaults({ ...settings, ...given })).toEqual([]));
});

describe("requests", () => {
  const inputs = [{ target: [1, 2, 3] }, { target: [1, 2, 3] }];
  const model = (likelihood: "quantile" | "gaussian"): Pick<Model, "forecast"> => ({
    forecast: { ...settings, likelihood },
  });
  const refused = (pointer: string) =>
    expect.objectContaining({ code: "validation_failed", errors: [expect.objectContaining({ pointer })] });

  test("a seed needs samples", () =>
    expect(() => checkForecast({ inputs, seed: 1 }, model("quantile"))).toThrow(refused("/seed")));
  test("half a million numbers at most", () => {
    expect(() => checkForecast({ inputs, samples: 50_000 }, model("quantile"))).toThrow(refused("/samples"));
    expect(() => checkForecast({ inputs, samples: 10_000 }, model("quantile"))).not.toThrow();
  });
  test("a family has every level, quantiles only those between the outermost", () => {
    expect(() => checkForecast({ inputs, quantiles: [0.995] }, model("gaussian"))).not.toThrow();
    expect(() => checkForecast({ inputs, quantiles: [0.995] }, model("quantile"))).toThrow(refused("/quantiles/0"));
  });
});
