import { parseFrequency } from "../../calendar/parse-frequency.ts";
import { seasonLength } from "../../calendar/season-length.ts";
import { appError, type ErrorDetail } from "../../errors.ts";
import type { ForecastSettings, ResolvedForecastSettings } from "../../schemas/models.ts";
import { findValueFaults } from "./find-value-faults.ts";
import type { SeriesFacts } from "./series-facts.ts";

export interface ForecastResolution {
  forecast: ResolvedForecastSettings;
  /** The cycle above the season, a week of hours: scales and lags reach for it. */
  longSeason: number;
}

const usualSeeds = 3;

/** The logarithms of a Student's t have no mean, and counts are counted as they are. */
function chooseTransform({ likelihood }: ForecastSettings, { minimum }: SeriesFacts): "log" | "none" {
  return minimum > 0 && (likelihood === "quantile" || likelihood === "gaussian") ? "log" : "none";
}

interface Seasons {
  season: number;
  longSeason: number;
}

function chooseSeasons({ season_length: asked }: ForecastSettings, { frequency }: SeriesFacts): Seasons {
  const usual = frequency === null ? { season: 1, longSeason: 1 } : seasonLength(parseFrequency(frequency));
  if (asked === "auto" || asked === usual.season) return usual;
  return { season: asked, longSeason: asked === 24 ? 168 : asked };
}

/** A season where the horizon spans one; else the part of it nearest to the horizon. */
function chooseBlockLength(season: number, horizon: number): number {
  if (horizon >= season) return season;
  return Math.max(1, Math.round(season / Math.max(1, Math.round(season / horizon))));
}

function chooseContextLength(longSeason: number, blockLength: number, forecastBlocks: number): number {
  const wanted = Math.max(2 * longSeason, Math.min(5 * longSeason, 300));
  return Math.max(forecastBlocks + 1, Math.floor(wanted / blockLength)) * blockLength;
}

function chooseLags(longSeason: number, blockLength: number, [fewest, most]: [number, number]): number[] {
  const lags = [longSeason, 2 * longSeason].map((steps) => Math.round(steps / blockLength));
  return [...new Set(lags)].filter((lag) => lag >= fewest && lag <= most);
}

function findFaults(forecast: ResolvedForecastSettings): ErrorDetail[] {
  const { context_length: context, block_length: block, horizon, lags, quantiles, season_length: season } = forecast;
  const faults: ErrorDetail[] = [];
  const fault = (field: string, message: string, value: unknown, extras: Partial<ErrorDetail> = {}) =>
    faults.push({ pointer: `/forecast/${field}`, code: "invalid", message, value, ...extras });
  if (context % block !== 0) {
    const hint = `${Math.max(1, Math.round(context / block)) * block} is the nearest`;
    fault("context_length", `expected a multiple of block_length ${block}, got ${context}`, context, { hint });
  }
  const allowed = { minimum: Math.ceil(horizon / block), maximum: Math.floor(context / block) };
  for (const [index, lag] of lags.entries()) {
    if (lag >= allowed.minimum && lag <= allowed.maximum) continue;
    const message = `expected between ${allowed.minimum} blocks (the horizon) and ${allowed.maximum} (the context), got ${lag}`;
    fault(`lags/${index}`, message, lag, { allowed });
  }
  if (forecast.baseline === "seasonal" && season > context) {
    fault(
      "season_length",
      `expected at most the context_length ${context} for a seasonal baseline, got ${season}`,
      season,
    );
  }
  if (quantiles[0]! > 0.5 || quantiles.at(-1)! < 0.5) {
    const message = "expected quantiles on both sides of 0.5 or 0.5 itself: the median is the point forecast";
    fault("quantiles", `${message}, got ${quantiles.join(", ")}`, quantiles);
  }
  return faults;
}

function findNameFaults({ covariates = [] }: ResolvedForecastSettings, facts: SeriesFacts): ErrorDetail[] {
  const known = facts.covariates ?? [];
  return covariates.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const message = `expected a covariate of the data (${known.join(", ") || "they have none"}), got ${name}`;
    return [
      { pointer: `/forecast/covariates/${index}`, code: "unknown_covariate", message, value: name, allowed: known },
    ];
  });
}

/**
 * Puts numbers in place of every "auto", from season m, long season M and horizon h: block p = m if h >= m, else
 * max(1, round(m / max(1, round(m / h)))); context T = p max(ceil(h / p) + 1, floor(max(2M, min(5M, 300)) / p)); lags M / p and
 * 2M / p blocks where the context holds them; a seasonal baseline if h >= m > 1, else the last value; log where all values are
 * positive and the likelihood has a mean there; a minimum of 0 where no value is below it. Throws validation_failed, with all that does not fit together.
 */
export function resolveForecastSettings(settings: ForecastSettings, facts: SeriesFacts): ForecastResolution {
  const { horizon } = settings;
  const { season, longSeason } = chooseSeasons(settings, facts);
  const blockLength = settings.block_length === "auto" ? chooseBlockLength(season, horizon) : settings.block_length;
  const forecastBlocks = Math.ceil(horizon / blockLength);
  const contextLength =
    settings.context_length === "auto"
      ? chooseContextLength(longSeason, blockLength, forecastBlocks)
      : settings.context_length;
  const reach: [number, number] = [forecastBlocks, Math.floor(contextLength / blockLength)];
  const baseline = horizon >= season && season > 1 ? "seasonal" : "last";
  const forecast: ResolvedForecastSettings = {
    horizon,
    context_length: contextLength,
    block_length: blockLength,
    lags: settings.lags === "auto" ? chooseLags(longSeason, blockLength, reach) : settings.lags,
    season_length: season,
    baseline: settings.baseline === "auto" ? baseline : settings.baseline,
    transform: settings.transform === "auto" ? chooseTransform(settings, facts) : settings.transform,
    head_units: settings.head_units,
    seeds: settings.seeds === "auto" ? usualSeeds : settings.seeds,
    quantiles: settings.quantiles.toSorted((low, high) => low - high),
    likelihood: settings.likelihood,
    scaling: settings.scaling,
    minimum: settings.minimum === "auto" ? (facts.minimum >= 0 ? 0 : null) : settings.minimum,
    maximum: settings.maximum,
    integer: settings.integer || settings.likelihood === "negative_binomial",
    covariates: settings.covariates === "auto" ? (facts.covariates ?? []) : (settings.covariates ?? []),
  };
  const errors = [...findFaults(forecast), ...findValueFaults(forecast, facts), ...findNameFaults(forecast, facts)];
  if (errors.length > 0) {
    throw appError("validation_failed", `the forecast settings do not fit together: ${errors[0]!.message}`, { errors });
  }
  return { forecast, longSeason };
}
