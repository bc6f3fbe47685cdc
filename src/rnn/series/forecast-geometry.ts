import type { ResolvedForecastSettings } from "../../schemas/models.ts";

/** Settings and the sizes that follow from them. Lengths in steps unless the name says blocks. */
export interface ForecastGeometry {
  horizon: number;
  contextLength: number;
  blockLength: number;
  /** In the context. */
  blocks: number;
  /** That the horizon reaches into. */
  forecastBlocks: number;
  /** In blocks. */
  lags: number[];
  season: number;
  longSeason: number;
  /** Real values a context needs, unless its series is too short to have them. */
  minimumContext: number;
  baseline: ResolvedForecastSettings["baseline"];
  transform: ResolvedForecastSettings["transform"];
  headUnits: number;
  /** Networks whose mean is the forecast. */
  seeds: number;
  /** Ascending. */
  quantiles: number[];
  /** Numbers that go to the head beside the encoder's state: the newest block, and for each lag its blocks. */
  headFeatures: number;
}

export function forecastGeometry(settings: ResolvedForecastSettings, longSeason: number): ForecastGeometry {
  const { horizon, context_length: contextLength, block_length: blockLength, lags } = settings;
  const forecastBlocks = Math.ceil(horizon / blockLength);
  return {
    horizon,
    contextLength,
    blockLength,
    blocks: contextLength / blockLength,
    forecastBlocks,
    lags,
    season: settings.season_length,
    longSeason,
    minimumContext: Math.min(Math.max(longSeason, 2 * blockLength), contextLength),
    baseline: settings.baseline,
    transform: settings.transform,
    headUnits: settings.head_units,
    seeds: settings.seeds ?? 1, // absent in checkpoints of older versions
    quantiles: settings.quantiles,
    headFeatures: blockLength + lags.length * forecastBlocks * blockLength,
  };
}
