import { describe, expect, test } from "vitest";
import { resolveForecastSettings } from "../../../src/rnn/series/resolve-forecast-settings.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import { plainForecast } from "../../forecast-settings.ts";
import { autoSettings } from "./forecast-spec.ts";

const resolve = (settings: Partial<ForecastSettings> & { horizon: number }, frequency: string | null, minimum = 1) =>
  resolveForecastSettings({ ...autoSettings, ...settings }, { frequency, minimum, maximum: 1e6, whole: true });

test("hourly, 48 ahead: the published recipe", () => {
  expect(resolve({ horizon: 48, head_units: 512 }, "h")).toEqual({
    forecast: {
      ...plainForecast,
      horizon: 48,
      block_length: 24,
      context_length: 336,
      lags: [7, 14],
      season_length: 24,
      baseline: "seasonal",
      transform: "log",
      head_units: 512,
      quantiles: autoSettings.quantiles,
    },
    longSeason: 168,
  });
});

test.each([
  // frequency, horizon: block, context, lags, season, baseline
  ["h", 6, 6, 336, [28, 56], 24, "last"],
  ["h", 24, 24, 336, [7, 14], 24, "seasonal"],
  ["h", 168, 24, 336, [7, 14], 24, "seasonal"],
  ["15min", 96, 96, 1344, [7, 14], 96, "seasonal"],
  ["d", 14, 7, 35, [2], 7, "seasonal"],
  ["d", 3, 4, 32, [2, 4], 7, "last"],
  ["w", 13, 13, 260, [4, 8], 52, "last"],
  ["mo", 18, 12, 60, [2], 12, "seasonal"],
  ["mo", 12, 12, 60, [1, 2], 12, "seasonal"],
  ["mo", 6, 6, 60, [2, 4], 12, "last"],
  ["q", 8, 4, 20, [2], 4, "seasonal"],
  ["y", 6, 1, 7, [], 1, "last"],
  ["y", 1, 1, 5, [1, 2], 1, "last"],
  [null, 5, 1, 6, [], 1, "last"],
] as const)(
  "%s, %i ahead: block %i, context %i, lags %j, season %i, baseline %s",
  (frequency, horizon, ...expected) => {
    const [block_length, context_length, lags, season_length, baseline] = expected;
    const { forecast } = resolve({ horizon }, frequency);
    expect(forecast).toMatchObject({ block_length, context_length, lags, season_length, baseline });
  },
);

test("log only where all data are positive", () => {
  expect(resolve({ horizon: 1 }, "d", 0.001).forecast.transform).toBe("log");
  expect(resolve({ horizon: 1 }, "d", 0).forecast.transform).toBe("none");
  expect(resolve({ horizon: 1, transform: "none" }, "d", 5).forecast.transform).toBe("none");
});

test("what is asked for stays; the rest follows from it", () => {
  const { forecast, longSeason } = resolve({ horizon: 12, season_length: 24, quantiles: [0.9, 0.5, 0.05] }, "mo");
  expect(forecast).toMatchObject({ season_length: 24, block_length: 12, quantiles: [0.05, 0.5, 0.9] });
  expect(longSeason).toBe(168);
});

describe("what does not fit together is named", () => {
  test.each([
    [{ horizon: 48, context_length: 100 }, "/forecast/context_length", "multiple of block_length 24"],
    [{ horizon: 48, lags: [7, 1] }, "/forecast/lags/1", "between 2 blocks"],
    [{ horizon: 48, lags: [15] }, "/forecast/lags/0", "14 (the context)"],
    [{ horizon: 48, quantiles: [0.6, 0.9] }, "/forecast/quantiles", "both sides of 0.5"],
    [
      { horizon: 48, season_length: 400, block_length: 24, context_length: 48, lags: [2], baseline: "seasonal" },
      "/forecast/season_length",
      "at most the context_length 48",
    ],
  ] as const)("%j", (settings, pointer, message) => {
    expect(() => resolve(settings as unknown as ForecastSettings, "h")).toThrow(
      expect.objectContaining({
        code: "validation_failed",
        errors: [expect.objectContaining({ pointer, message: expect.stringContaining(message) })],
      }),
    );
  });

  test("log of data that are not positive", () => {
    expect(() => resolve({ horizon: 1, transform: "log" }, "d", -2)).toThrow("the data reach down to -2");
  });
});

describe("likelihoods and bounds", () => {
  const facts = { frequency: "d", minimum: 0, maximum: 9, whole: true };
  const resolved = (settings: Partial<ForecastSettings>, data: Partial<typeof facts> = {}) =>
    resolveForecastSettings({ ...autoSettings, horizon: 1, ...settings }, { ...facts, ...data }).forecast;

  test("auto: no value below 0 where the data have none", () => {
    expect(resolved({ minimum: "auto" }).minimum).toBe(0);
    expect(resolved({ minimum: "auto" }, { minimum: -1 }).minimum).toBeNull();
  });
  test("auto: a logarithm where the likelihood has a mean there", () => {
    const positive = { minimum: 1 };
    expect(resolved({ likelihood: "gaussian" }, positive).transform).toBe("log");
    expect(resolved({ likelihood: "student_t" }, positive).transform).toBe("none");
    expect(resolved({ likelihood: "negative_binomial" }, positive)).toMatchObject({ transform: "none", integer: true });
  });
  test.each([
    [{ likelihood: "negative_binomial" }, { whole: false }, "/forecast/likelihood"],
    [{ likelihood: "negative_binomial" }, { minimum: -1 }, "/forecast/likelihood"],
    [{ minimum: 1 }, {}, "/forecast/minimum"],
    [{ maximum: 8 }, {}, "/forecast/maximum"],
    [{ integer: true }, { whole: false }, "/forecast/integer"],
    [{ transform: "log_difference" }, {}, "/forecast/transform"],
  ] as const)("%j on data with %j is refused", (settings, data, pointer) => {
    expect(() => resolved(settings, data)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });
});
