import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import type { CovariateDescription } from "./covariates/covariate-description.ts";
import type { ForecastBlend } from "./forecast-blend.ts";

/** What serving needs beside architecture, settings and weights: TrainingTask.describe() of a forecast. */
export interface ForecastDescription {
  frequency: string | null;
  long_season: number;
  /** Values a history needs at least, from its first known one on. */
  minimum_history: number;
  /** null where there was no hold-out, or the weights have moved on since; absent in checkpoints of older versions. */
  calibration?: ForecastCalibration | null;
  /** Of a step's error with the next one's, as normal scores: for sample paths; absent in checkpoints of older versions. */
  step_correlation?: number;
  /** null where the network forecasts alone; absent in checkpoints of older versions. */
  blend?: ForecastBlend | null;
  /** Horizons that training saw nothing of, of each series at most; absent in checkpoints of older versions: 1. */
  held_back?: number;
  /** null where there are none; absent in checkpoints of older versions. */
  covariates?: CovariateDescription | null;
}
