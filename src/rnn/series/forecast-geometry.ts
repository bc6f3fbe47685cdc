import type { ResolvedForecastSettings } from "../../schemas/models.ts";
import type { CovariateDescription } from "./covariates/covariate-description.ts";
import { type CovariateSizes, covariateSizes } from "./covariates/covariate-sizes.ts";
import { likelihoods } from "./distributions/likelihoods.ts";
import type { OutputBounds } from "./output-values.ts";

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
  /** The network sees changes from step to step. */
  isDifferenced: boolean;
  headUnits: number;
  /** Networks whose mean is the forecast. */
  seeds: number;
  /** Ascending. */
  quantiles: number[];
  likelihood: ResolvedForecastSettings["likelihood"];
  /** Numbers that the network gives for a step. */
  outputsPerStep: number;
  /** What every value that goes out keeps to. */
  bounds: OutputBounds;
  /** Centre and scale are the window's own, or those of all that came before the forecast. */
  scaling: ResolvedForecastSettings["scaling"];
  covariates: CovariateSizes;
  /** Numbers of a block as the encoder sees it: the target's, then those of each past and future covariate. */
  inputSize: number;
  /** Steps after which the baseline repeats itself. */
  baselinePeriod: number;
  /** Numbers of covariates that go to the head. */
  covariateFeatures: number;
  /** Numbers that go to the head beside the encoder's state: the newest block, for each lag its blocks, and covariates. */
  headFeatures: number;
}

/** Settings that checkpoints of older versions do not name are as they were then. */
export function forecastGeometry(
  settings: ResolvedForecastSettings,
  longSeason: number,
  described: CovariateDescription | null = null,
): ForecastGeometry {
  const { horizon, context_length: contextLength, block_length: blockLength, lags } = settings;
  const forecastBlocks = Math.ceil(horizon / blockLength);
  const { likelihood = "quantile", scaling = "window", minimum = null, maximum = null, integer = false } = settings;
  const covariates = covariateSizes(described);
  const { past, future, statics } = covariates;
  const baselinePeriod = settings.baseline === "seasonal" ? settings.season_length : 1;
  const covariateFeatures = past * blockLength + future * (horizon + Math.min(baselinePeriod, horizon)) + statics;
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
    isDifferenced: settings.transform.endsWith("difference"),
    headUnits: settings.head_units,
    seeds: settings.seeds ?? 1,
    quantiles: settings.quantiles,
    likelihood,
    outputsPerStep: likelihoods[likelihood]?.outputs ?? settings.quantiles.length,
    bounds: { minimum, maximum, integer },
    scaling,
    covariates,
    inputSize: blockLength * (1 + past + future),
    baselinePeriod,
    covariateFeatures,
    headFeatures: blockLength + lags.length * forecastBlocks * blockLength + covariateFeatures,
  };
}
