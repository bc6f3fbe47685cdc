import { timestampsOf } from "../../calendar/timestamps-of.ts";
import { AppError, appError, type ErrorDetail } from "../../errors.ts";
import type { CalibrationNote, ForecastInput, ForecastOutput } from "../../schemas/forecast.ts";
import type { Architecture, ResolvedForecastSettings } from "../../schemas/models.ts";
import type { HostTensor } from "../host-tensor.ts";
import { calibratePaths } from "./calibration/calibrate-paths.ts";
import { describeCalibration } from "./calibration/describe-calibration.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastDescription } from "./forecast-description.ts";
import { type ForecastGeometry, forecastGeometry } from "./forecast-geometry.ts";
import { createForecastNetwork } from "./forecast-network.ts";
import { forecastPaths } from "./forecast-paths.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { meanPath } from "./mean-path.ts";
import { type ForecastHistory, readForecastInputs } from "./read-forecast-inputs.ts";
import { predictRows } from "./run-network.ts";
import { valueTransforms } from "./value-transform.ts";

/** The parts of a checkpoint that a forecast needs. */
export interface TrainedForecast {
  architecture: Architecture;
  forecast: ResolvedForecastSettings;
  description: ForecastDescription;
  /** Weights by name. */
  tensors: ReadonlyMap<string, HostTensor>;
}

export interface Forecaster {
  /**
   * Forecasts all inputs at once. null horizon and quantiles are the model's own. Throws validation_failed and history_too_short
   * with pointers into the request's body.
   */
  forecast(inputs: ForecastInput[], horizon: number | null, quantiles: number[] | null): ForecastOutput[];
  readonly horizon: number;
  readonly calibration: CalibrationNote;
  dispose(): void;
}

/** Throws with all that the model cannot give. */
function checkRequest(
  { horizon, quantiles }: ForecastGeometry,
  askedHorizon: number | null,
  asked: number[] | null,
): void {
  const errors: ErrorDetail[] = [];
  if (askedHorizon !== null && askedHorizon > horizon) {
    const message = `expected at most the model's horizon of ${horizon} steps, got ${askedHorizon}`;
    const hint = "train a model with a larger horizon";
    errors.push({
      pointer: "/horizon",
      code: "maximum",
      message,
      value: askedHorizon,
      allowed: { maximum: horizon },
      hint,
    });
  }
  const allowed = { minimum: quantiles[0]!, maximum: quantiles.at(-1)! };
  for (const [index, level] of (asked ?? []).entries()) {
    if (level >= allowed.minimum && level <= allowed.maximum) continue;
    const message = `expected between ${allowed.minimum} and ${allowed.maximum}, the model's outermost quantiles, got ${level}`;
    const hint = "train a model with these quantiles";
    errors.push({ pointer: `/quantiles/${index}`, code: "range", message, value: level, allowed, hint });
  }
  if (errors.length > 0) throw appError("validation_failed", errors[0]!.message, { errors });
}

function timestampsAfter({ timeline, length }: ForecastHistory, horizon: number, index: number): string[] | null {
  if (timeline === null) return null;
  try {
    return timestampsOf(timeline, length, horizon);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "validation_failed") throw error;
    const errors = [{ pointer: `/inputs/${index}`, code: "range", message: error.message }];
    throw appError("validation_failed", error.message, { errors, cause: error });
  }
}

function distributionOf(scaledPaths: Float64Array[], geometry: ForecastGeometry, levels: number[]) {
  const { inverse } = valueTransforms[geometry.transform];
  const at = (level: number) => Array.from(interpolatePaths(scaledPaths, geometry.quantiles, level), inverse);
  const own = scaledPaths.map((path) => path.map(inverse));
  return {
    mean: Array.from(meanPath(own, geometry.quantiles)),
    median: at(0.5),
    quantiles: Object.fromEntries(levels.map((level) => [String(level), at(level)])),
  };
}

/** Loads a trained model into TensorFlow; throws checkpoint_corrupt where weights and settings do not fit. */
export function createForecaster({ architecture, forecast, description, tensors }: TrainedForecast): Forecaster {
  const geometry = forecastGeometry(forecast, description.long_season);
  const network = createForecastNetwork(architecture, geometry, tensors);
  const { frequency, minimum_history: minimumHistory, calibration = null } = description;
  return {
    horizon: geometry.horizon,
    calibration: describeCalibration(calibration),
    dispose: () => network.dispose(),
    forecast: (inputs, askedHorizon, askedQuantiles) => {
      checkRequest(geometry, askedHorizon, askedQuantiles);
      const horizon = askedHorizon ?? geometry.horizon;
      const histories = readForecastInputs(inputs, { geometry, frequency, minimumHistory });
      const timestamps = histories.map((history, index) => timestampsAfter(history, horizon, index));
      const batch = new ForecastBatch(geometry, histories.length);
      for (const [row, { filled }] of histories.entries()) batch.writeContext(row, filled, filled.values.length);
      const predicted = predictRows({ network, geometry, batch, rows: histories.length });
      const corrections = predicted.dataSync() as Float32Array;
      predicted.dispose();
      return histories.map(({ id }, row) => {
        const raw = forecastPaths(corrections, geometry, { batch, row }).map((path) => path.subarray(0, horizon));
        const window = { levels: geometry.quantiles, scale: batch.scales[row]! };
        const paths = calibratePaths(raw, calibration, window);
        return {
          id,
          timestamps: timestamps[row]!,
          ...distributionOf(paths, geometry, askedQuantiles ?? geometry.quantiles),
        };
      });
    },
  };
}
