import type { Tensor1D } from "../backend.ts";
import type { Evaluation } from "../training-task.ts";
import type { BaselineAccuracy } from "./baselines/score-baselines.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { IntervalScores } from "./calibration/interval-scores.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { forecastPaths } from "./forecast-paths.ts";
import { type HoldoutForecast, HoldoutScore } from "./holdout-score.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { seasonalError } from "./metrics/seasonal-error.ts";
import { lossOfRows, predictRows } from "./run-network.ts";
import { valueTransforms } from "./value-transform.ts";
import type { TrainingSeries } from "./window-sampler.ts";
import type { WindowWeights } from "./window-weights.ts";

export interface HoldoutSetting {
  network: ForecastNetwork;
  geometry: ForecastGeometry;
  quantiles: Tensor1D;
  training: TrainingSeries[];
  /** Positions in `training`. */
  holdouts: number[];
  weights: WindowWeights;
  baselines: BaselineAccuracy;
}

const rowsAtOnce = 256;

interface Scores {
  accuracy: HoldoutScore;
  intervals: IntervalScores;
}

/** Adds the forecasts of one batch of hold-outs to the scores; returns their mean loss. */
function evaluateBatch(
  setting: HoldoutSetting,
  holdouts: number[],
  { batch, scores }: { batch: ForecastBatch; scores: Scores },
) {
  const { network, geometry, training, weights } = setting;
  for (const [row, index] of holdouts.entries()) {
    const { series, trainLength } = training[index]!;
    const scale = batch.writeContext(row, series, trainLength);
    batch.writeTarget(row, series.transformed, trainLength, weights.weight(index, scale));
  }
  const run = { network, geometry, batch, rows: holdouts.length };
  const predicted = predictRows(run);
  const lossTensor = lossOfRows(run, predicted, setting.quantiles);
  const loss = lossTensor.dataSync()[0]!;
  const corrections = predicted.dataSync() as Float32Array;
  predicted.dispose();
  lossTensor.dispose();
  for (const [row, index] of holdouts.entries()) {
    const paths = forecastPaths(corrections, geometry, { batch, row });
    const { series, trainLength } = training[index]!;
    const actual = series.transformed.subarray(trainLength, trainLength + geometry.horizon);
    scores.intervals.add({ paths, actual, scale: batch.scales[row]! });
    scores.accuracy.add(holdoutForecast(training[index]!, paths, geometry));
  }
  return loss;
}

function holdoutForecast(
  { series, trainLength }: TrainingSeries,
  scaledPaths: Float64Array[],
  geometry: ForecastGeometry,
): HoldoutForecast {
  const { inverse } = valueTransforms[geometry.transform];
  const { quantiles, horizon, season } = geometry;
  const history = series.target.subarray(0, trainLength);
  return {
    actual: series.target.subarray(trainLength, trainLength + horizon),
    point: interpolatePaths(scaledPaths, quantiles, 0.5).map(inverse),
    paths: scaledPaths.map((path) => path.map(inverse)),
    history,
    seasonalError: seasonalError(history, season),
  };
}

/** Loss and metrics over all hold-outs, and what they teach about the intervals; awaits `pause` after each batch. */
export async function evaluateHoldouts(
  setting: HoldoutSetting,
  pause: () => Promise<void>,
): Promise<Evaluation & { calibration: ForecastCalibration | null }> {
  const { holdouts, geometry } = setting;
  if (holdouts.length === 0) return { validationLoss: null, metrics: {}, calibration: null };
  const batch = new ForecastBatch(geometry, Math.min(rowsAtOnce, holdouts.length));
  const scores: Scores = {
    accuracy: new HoldoutScore(geometry.quantiles),
    intervals: new IntervalScores(geometry.quantiles, geometry.horizon),
  };
  let lossSum = 0;
  for (let start = 0; start < holdouts.length; start += rowsAtOnce) {
    const part = holdouts.slice(start, start + rowsAtOnce);
    lossSum += evaluateBatch(setting, part, { batch, scores }) * part.length;
    await pause();
  }
  const calibration = scores.intervals.calibration();
  return {
    validationLoss: lossSum / holdouts.length,
    metrics: scores.accuracy.metrics(setting.baselines, calibration),
    calibration,
  };
}
