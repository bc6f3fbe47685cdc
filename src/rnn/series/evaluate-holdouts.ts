import type { Tensor1D } from "../backend.ts";
import type { Evaluation } from "../training-task.ts";
import type { BaselineAccuracy } from "./baselines/score-baselines.ts";
import { blendWeight } from "./blend-weight.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { IntervalScores } from "./calibration/interval-scores.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastBlend } from "./forecast-blend.ts";
import { forecastDistribution } from "./forecast-distribution.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { type HoldoutForecast, HoldoutScore } from "./holdout-score.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { seasonalError } from "./metrics/seasonal-error.ts";
import { outputValues } from "./output-values.ts";
import { lossOfRows, predictRows } from "./run-network.ts";
import type { Smoothing } from "./smoothed-forecast.ts";
import type { Holdout } from "./split-series.ts";
import { StepCorrelation } from "./step-correlation.ts";
import type { WindowWeights } from "./window-weights.ts";

export interface HoldoutSetting {
  network: ForecastNetwork;
  geometry: ForecastGeometry;
  quantiles: Tensor1D;
  holdouts: Holdout[];
  /** Of the forecast that the network's may be blended with; null with hold-outs beyond one batch. */
  smoothing: Smoothing | null;
  weights: WindowWeights;
  baselines: BaselineAccuracy;
}

const rowsAtOnce = 256;

interface Scores {
  accuracy: HoldoutScore;
  intervals: IntervalScores;
  correlation: StepCorrelation;
}

/** Adds the forecasts of one batch of hold-outs to the scores; returns their mean loss, and how the forecasts were blended. */
function evaluateBatch(
  setting: HoldoutSetting,
  holdouts: Holdout[],
  { batch, scores }: { batch: ForecastBatch; scores: Scores },
) {
  const { network, geometry, weights } = setting;
  for (const [row, { series, trainLength, index }] of holdouts.entries()) {
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
  const blend = chooseBlend(setting, holdouts, { answer, batch });
  for (const [row, holdout] of holdouts.entries()) {
    const { paths } = forecastDistribution({ answer, batch, row }, geometry, blend?.weight);
    const actual = actualOf(holdout, geometry);
    scores.intervals.add({ paths, actual, scale: batch.scales[row]! });
    scores.correlation.add(paths, actual);
    scores.accuracy.add(holdoutForecast(holdout, paths, geometry));
  }
  return { loss, blend };
}

function actualOf({ series, trainLength }: Holdout, { horizon }: ForecastGeometry): Float64Array {
  return series.transformed.subarray(trainLength, trainLength + horizon);
}

function chooseBlend(
  { smoothing, geometry }: HoldoutSetting,
  holdouts: Holdout[],
  { answer, batch }: { answer: Float32Array; batch: ForecastBatch },
): ForecastBlend | null {
  if (smoothing === null) return null;
  const windows = holdouts.map((holdout, row) => ({
    paths: forecastDistribution({ answer, batch, row }, geometry).paths,
    smoothed: batch.smoothed[row]!,
    actual: actualOf(holdout, geometry),
    scale: batch.scales[row]!,
  }));
  const weight = blendWeight(windows, geometry.quantiles);
  return weight === 0 ? null : { ...smoothing, weight };
}

function holdoutForecast(
  { series, trainLength }: Holdout,
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
  blend: ForecastBlend | null;
}

export const noLesson: HoldoutLesson = { calibration: null, stepCorrelation: 0, blend: null };

/** Loss and metrics over all hold-outs, and what they teach about the intervals; awaits `pause` after each batch. */
export async function evaluateHoldouts(
  setting: HoldoutSetting,
  pause: () => Promise<void>,
): Promise<Evaluation & HoldoutLesson> {
  const { holdouts, geometry } = setting;
  if (holdouts.length === 0) return { validationLoss: null, metrics: {}, ...noLesson };
  const batch = new ForecastBatch(geometry, Math.min(rowsAtOnce, holdouts.length), setting.smoothing);
  const scores: Scores = {
    accuracy: new HoldoutScore(geometry.quantiles),
    intervals: new IntervalScores(geometry.quantiles, geometry.horizon),
    correlation: new StepCorrelation(geometry.quantiles),
  };
  let lossSum = 0;
  let lessonBlend: ForecastBlend | null = null;
  for (let start = 0; start < holdouts.length; start += rowsAtOnce) {
    const part = holdouts.slice(start, start + rowsAtOnce);
    const { loss, blend } = evaluateBatch(setting, part, { batch, scores });
    lossSum += loss * part.length;
    lessonBlend = blend;
    await pause();
  }
  const calibration = scores.intervals.calibration();
  return {
    validationLoss: lossSum / holdouts.length,
    metrics: {
      ...scores.accuracy.metrics(setting.baselines, calibration),
      holdout_series: new Set(holdouts.map(({ index }) => index)).size,
      holdout_windows: holdouts.length,
      ...(setting.smoothing !== null && { blend_weight: lessonBlend?.weight ?? 0 }),
    },
    calibration,
    stepCorrelation: scores.correlation.value(),
    blend: lessonBlend,
  };
}
