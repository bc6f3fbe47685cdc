import { timestampsOf } from "../../calendar/timestamps-of.ts";
import { AppError, appError } from "../../errors.ts";
import type { CalibrationNote, ForecastInput, ForecastOutput } from "../../schemas/forecast.ts";
import type { Architecture, ResolvedForecastSettings } from "../../schemas/models.ts";
import type { HostTensor } from "../host-tensor.ts";
import { describeCalibration } from "./calibration/describe-calibration.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { checkForecastRequest } from "./check-forecast-request.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import { type ForecastCall, type PathRequest, seriesLeft } from "./forecast-call.ts";
import type { ForecastDescription } from "./forecast-description.ts";
import { forecastDistribution } from "./forecast-distribution.ts";
import { type ForecastGeometry, forecastGeometry } from "./forecast-geometry.ts";
import { createForecastNetwork } from "./forecast-network.ts";
import { type ForecastPass, tensorPass } from "./forecast-pass.ts";
import { nativePass } from "./native-pass.ts";
import { type ForecastHistory, type HistoryRules, readForecastInputs } from "./read-forecast-inputs.ts";
import { replyWriter } from "./reply-writer.ts";

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
  /** What the hold-out taught; null where there was none. */
  readonly learned: ForecastCalibration | null;
  /** Series that one pass of the network takes. */
  readonly rowsAtOnce: number;
  /**
   * Reads a request. null horizon and quantiles are the model's own. Throws validation_failed and history_too_short with pointers
   * into the request's body.
   */
  open(
    inputs: ForecastInput[],
    horizon: number | null,
    quantiles: number[] | null,
    paths?: PathRequest | null,
  ): ForecastCall;
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
  const geometry = forecastGeometry(forecast, description.long_season, description.covariates);
  const pass = createPass(trained, geometry);
  const rows = rowsAtOnce(trained.architecture, geometry);
  const {
    frequency,
    minimum_history: minimumHistory,
    calibration = null,
    blend = null,
    covariates = null,
  } = description;
  const batch = new ForecastBatch(geometry, rows, blend);
  const reply = replyWriter(geometry, description);

  const rules: HistoryRules = {
    geometry,
    frequency,
    minimumHistory,
    mostHeldBack: description.held_back ?? 1,
    covariates,
  };
  const openHistories: Forecaster["openHistories"] = (histories, horizon, levels) => {
    const timestamps = histories.map((history, index) => timestampsAfter(history, horizon, index));
    return { histories, timestamps, horizon, levels, paths: null, outputs: [] };
  };

  const forecaster: Forecaster = {
    rules,
    horizon: geometry.horizon,
    calibration: describeCalibration(calibration),
    learned: calibration,
    rowsAtOnce: rows,
    dispose: () => pass.dispose(),
    open: (inputs, askedHorizon, askedQuantiles, paths = null) => {
      checkForecastRequest(geometry, { horizon: askedHorizon, quantiles: askedQuantiles, paths });
      const horizon = askedHorizon ?? geometry.horizon;
      const call = openHistories(readForecastInputs(inputs, rules), horizon, askedQuantiles ?? geometry.quantiles);
      return { ...call, paths };
    },
    openHistories,
    advance: (calls) => {
      const series = calls.map((call, row) => {
        const index = call.outputs.length + calls.slice(0, row).filter((other) => other === call).length;
        const { filled, origin } = call.histories[index]!;
        batch.writeContext(row, filled, origin);
        return index;
      });
      const answer = pass.run(batch, calls.length);
      const outputs = calls.map((call, row) => {
        const index = series[row]!;
        const distribution = forecastDistribution({ answer, batch, row }, geometry, blend?.weight);
        const { id } = call.histories[index]!;
        return {
          id,
          timestamps: call.timestamps[index]!,
          ...reply({ distribution, scale: batch.scales[row]! }, call, index),
        };
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
