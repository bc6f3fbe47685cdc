import type { Tensor1D } from "../backend.ts";
import type { Evaluation } from "../training-task.ts";
import type { BaselineAccuracy } from "./baselines/score-baselines.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { IntervalScores } from "./calibration/interval-scores.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import { forecastDistribution } from "./forecast-distribution.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { type HoldoutForecast, HoldoutScore } from "./holdout-score.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { seasonalError } from "./metrics/seasonal-error.ts";
import { outputValues } from "./output-values.ts";
import { lossOfRows, predictRows } from "./run-network.ts";
import { StepCorrelation } from "./step-correlation.ts";
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
  correlation: StepCorrelation;
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
  const answer = predicted.dataSync() as Float32Array;
  predicted.dispose();
  lossTensor.dispose();
  for (const [row, index] of holdouts.entries()) {
    const { paths } = forecastDistribution({ answer, batch, row }, geometry);
    const { series, trainLength } = training[index]!;
    const actual = series.transformed.subarray(trainLength, trainLength + geometry.horizon);
    scores.intervals.add({ paths, actual, scale: batch.scales[row]! });
    scores.correlation.add(paths, actual);
    scores.accuracy.add(holdoutForecast(training[index]!, paths, geometry));
  }
  return loss;
}

function holdoutForecast(
  { series, trainLength }: TrainingSeries,
  scaledPaths: Float64Array[],
  geometry: ForecastGeometry,
): HoldoutForecast {
  const { value } = outputValues(geometry);
  const { quantiles, horizon, season } = geometry;
  const history = series.target.subarray(0, trainLength);
  return {
    actual: series.target.subarray(trainLength, trainLength + horizon),
    point: interpolatePaths(scaledPaths, quantiles, 0.5).map(value),
    paths: scaledPaths.map((path) => path.map(value)),
    history,
    seasonalError: seasonalError(history, season),
  };
}

/** What serving takes over from the hold-outs: how wide intervals must be, and how errors of neighbouring steps hang together. */
export interface HoldoutLesson {
  calibration: ForecastCalibration | null;
  stepCorrelation: number;
}

export const noLesson: HoldoutLesson = { calibration: null, stepCorrelation: 0 };

/** Loss and metrics over all hold-outs, and what they teach about the intervals; awaits `pause` after each batch. */
export async function evaluateHoldouts(
  setting: HoldoutSetting,
  pause: () => Promise<void>,
): Promise<Evaluation & HoldoutLesson> {
  const { holdouts, geometry } = setting;
  if (holdouts.length === 0) return { validationLoss: null, metrics: {}, ...noLesson };
  const batch = new ForecastBatch(geometry, Math.min(rowsAtOnce, holdouts.length));
  const scores: Scores = {
    accuracy: new HoldoutScore(geometry.quantiles),
    intervals: new IntervalScores(geometry.quantiles, geometry.horizon),
    correlation: new StepCorrelation(geometry.quantiles),
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
    stepCorrelation: scores.correlation.value(),
  };
}
