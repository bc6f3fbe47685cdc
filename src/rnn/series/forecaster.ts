import { timestampsOf } from "../../calendar/timestamps-of.ts";
import { AppError, appError, type ErrorDetail } from "../../errors.ts";
import type { CalibrationNote, ForecastInput, ForecastOutput } from "../../schemas/forecast.ts";
import type { Architecture, ResolvedForecastSettings } from "../../schemas/models.ts";
import type { HostTensor } from "../host-tensor.ts";
import { calibratePaths } from "./calibration/calibrate-paths.ts";
import { describeCalibration } from "./calibration/describe-calibration.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import { type ForecastCall, seriesLeft } from "./forecast-call.ts";
import type { ForecastDescription } from "./forecast-description.ts";
import { type ForecastGeometry, forecastGeometry } from "./forecast-geometry.ts";
import { createForecastNetwork } from "./forecast-network.ts";
import { type ForecastPass, tensorPass } from "./forecast-pass.ts";
import { forecastPaths } from "./forecast-paths.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { meanPath } from "./mean-path.ts";
import { nativePass } from "./native-pass.ts";
import { type ForecastHistory, type HistoryRules, readForecastInputs } from "./read-forecast-inputs.ts";
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
  readonly rules: HistoryRules;
  readonly horizon: number;
  readonly calibration: CalibrationNote;
  /** Series that one pass of the network takes. */
  readonly rowsAtOnce: number;
  /**
   * Reads a request. null horizon and quantiles are the model's own. Throws validation_failed and history_too_short with pointers
   * into the request's body.
   */
  open(inputs: ForecastInput[], horizon: number | null, quantiles: number[] | null): ForecastCall;
  /** Histories that have been read already. */
  openHistories(histories: readonly ForecastHistory[], horizon: number, levels: readonly number[]): ForecastCall;
  /**
   * Forecasts the next series of calls in one pass of the network; a call stands in the list once for each series, of which no more
   * than rowsAtOnce. A series gets the same numbers whichever stand beside it.
   */
  advance(calls: readonly ForecastCall[]): void;
  /** A whole request, by itself. */
  forecast(...request: Parameters<Forecaster["open"]>): ForecastOutput[];
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

function distributionOf(scaledPaths: Float64Array[], geometry: ForecastGeometry, levels: readonly number[]) {
  const { inverse } = valueTransforms[geometry.transform];
  const own = scaledPaths.map((path) => path.map(inverse));
  const at = (level: number) => {
    const index = geometry.quantiles.indexOf(level);
    if (index >= 0) return Array.from(own[index]!);
    return Array.from(interpolatePaths(scaledPaths, geometry.quantiles, level), inverse);
  };
  return {
    mean: Array.from(meanPath(own, geometry.quantiles)),
    median: at(0.5),
    quantiles: Object.fromEntries(levels.map((level) => [String(level), at(level)])),
  };
}

/** About as many multiply-adds as a core does in a millisecond: others wait no longer for one pass. */
const workAtOnce = 4e7;
const mostRowsAtOnce = 16;

function rowsAtOnce({ units, layers }: Architecture, { blocks, seeds }: ForecastGeometry): number {
  const work = seeds * layers * blocks * units * units * 4;
  return Math.min(Math.max(1, Math.floor(workAtOnce / work)), mostRowsAtOnce);
}

/** Throws checkpoint_corrupt where weights and settings do not fit. */
function createPass({ architecture, tensors }: TrainedForecast, geometry: ForecastGeometry): ForecastPass {
  const network = createForecastNetwork(architecture, geometry, tensors);
  const native = nativePass(architecture, geometry, tensors);
  if (native === null) return tensorPass(network, geometry);
  network.dispose(); // it has checked the weights
  return native;
}

/** A trained model, ready for requests; throws checkpoint_corrupt where weights and settings do not fit. */
export function createForecaster(trained: TrainedForecast): Forecaster {
  const { forecast, description } = trained;
  const geometry = forecastGeometry(forecast, description.long_season);
  const pass = createPass(trained, geometry);
  const rows = rowsAtOnce(trained.architecture, geometry);
  const batch = new ForecastBatch(geometry, rows);
  const { frequency, minimum_history: minimumHistory, calibration = null } = description;

  const rules: HistoryRules = { geometry, frequency, minimumHistory };
  const openHistories: Forecaster["openHistories"] = (histories, horizon, levels) => {
    const timestamps = histories.map((history, index) => timestampsAfter(history, horizon, index));
    return { histories, timestamps, horizon, levels, outputs: [] };
  };

  const forecaster: Forecaster = {
    rules,
    horizon: geometry.horizon,
    calibration: describeCalibration(calibration),
    rowsAtOnce: rows,
    dispose: () => pass.dispose(),
    open: (inputs, askedHorizon, askedQuantiles) => {
      checkRequest(geometry, askedHorizon, askedQuantiles);
      const horizon = askedHorizon ?? geometry.horizon;
      return openHistories(readForecastInputs(inputs, rules), horizon, askedQuantiles ?? geometry.quantiles);
    },
    openHistories,
    advance: (calls) => {
      const series = calls.map((call, row) => {
        const index = call.outputs.length + calls.slice(0, row).filter((other) => other === call).length;
        const { filled, origin } = call.histories[index]!;
        batch.writeContext(row, filled, origin);
        return index;
      });
      const corrections = pass.run(batch, calls.length);
      const outputs = calls.map(({ histories, timestamps, horizon, levels }, row) => {
        const raw = forecastPaths(corrections, geometry, { batch, row }).map((path) => path.subarray(0, horizon));
        const window = { levels: geometry.quantiles, scale: batch.scales[row]! };
        const paths = calibratePaths(raw, calibration, window);
        const { id } = histories[series[row]!]!;
        return { id, timestamps: timestamps[series[row]!]!, ...distributionOf(paths, geometry, levels) };
      });
      // All or none: a pass that failed may be tried again.
      for (const [row, call] of calls.entries()) call.outputs.push(outputs[row]!);
    },
    forecast: (...request) => {
      const call = forecaster.open(...request);
      while (seriesLeft(call) > 0) {
        forecaster.advance(Array.from({ length: Math.min(seriesLeft(call), rows) }, () => call));
      }
      return call.outputs;
    },
  };
  return forecaster;
}
