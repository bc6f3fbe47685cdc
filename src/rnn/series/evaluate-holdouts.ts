import type { Tensor1D } from "../backend.ts";
import type { Evaluation } from "../training-task.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { forecastPaths } from "./forecast-paths.ts";
import { type HoldoutForecast, HoldoutScore } from "./holdout-score.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { seasonalError } from "./metrics/seasonal-error.ts";
import { lossOfRows, predictRows } from "./run-network.ts";
import { seasonalNaive } from "./seasonal-naive.ts";
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
}

const rowsAtOnce = 256;

/** Forecasts of one batch of hold-outs, and the sum of their losses. */
function evaluateBatch(setting: HoldoutSetting, holdouts: number[], batch: ForecastBatch) {
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
  const forecasts = holdouts.map((index, row) =>
    holdoutForecast(training[index]!, forecastPaths(corrections, geometry, { batch, row }), geometry),
  );
  return { loss, forecasts };
}

function holdoutForecast(
  { series, trainLength }: TrainingSeries,
  scaledPaths: Float64Array[],
  geometry: ForecastGeometry,
): HoldoutForecast {
  const { inverse } = valueTransforms[geometry.transform];
  const { quantiles, horizon, season } = geometry;
  return {
    actual: series.target.subarray(trainLength, trainLength + horizon),
    median: interpolatePaths(scaledPaths, quantiles, 0.5).map(inverse),
    paths: scaledPaths.map((path) => path.map(inverse)),
    naive: seasonalNaive(series, trainLength, { season, horizon }).map(inverse),
    seasonalError: seasonalError(series.target.subarray(0, trainLength), season),
  };
}

/** Loss and metrics over all hold-outs; awaits `pause` after each batch. */
export async function evaluateHoldouts(setting: HoldoutSetting, pause: () => Promise<void>): Promise<Evaluation> {
  const { holdouts, geometry } = setting;
  if (holdouts.length === 0) return { validationLoss: null, metrics: {} };
  const batch = new ForecastBatch(geometry, Math.min(rowsAtOnce, holdouts.length));
  const score = new HoldoutScore(geometry.quantiles);
  let lossSum = 0;
  for (let start = 0; start < holdouts.length; start += rowsAtOnce) {
    const part = holdouts.slice(start, start + rowsAtOnce);
    const result = evaluateBatch(setting, part, batch);
    lossSum += result.loss * part.length;
    for (const forecast of result.forecasts) score.add(forecast);
    await pause();
  }
  return { validationLoss: lossSum / holdouts.length, metrics: score.metrics() };
}
