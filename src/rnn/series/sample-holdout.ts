import type { Sample } from "../training-task.ts";
import { calibratePaths } from "./calibration/calibrate-paths.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { forecastPaths } from "./forecast-paths.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { predictRows } from "./run-network.ts";
import { valueTransforms } from "./value-transform.ts";
import type { TrainingSeries } from "./window-sampler.ts";

const longestHistory = 1024;

const orNull = (values: Float64Array) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));

interface Trained {
  network: ForecastNetwork;
  geometry: ForecastGeometry;
  calibration: ForecastCalibration | null;
}

/** The forecast of one series beside what came (nothing, where the series has no hold-out), after the tail of its history. */
export function sampleHoldout(
  { series, trainLength }: TrainingSeries,
  { network, geometry, calibration }: Trained,
): Sample {
  const { horizon, quantiles, season } = geometry;
  const batch = new ForecastBatch(geometry, 1);
  batch.writeContext(0, series, trainLength);
  const predicted = predictRows({ network, geometry, batch, rows: 1 });
  const raw = forecastPaths(predicted.dataSync() as Float32Array, geometry, { batch, row: 0 });
  const paths = calibratePaths(raw, calibration, { levels: quantiles, scale: batch.scales[0]! });
  predicted.dispose();
  const { inverse } = valueTransforms[geometry.transform];
  const tail = Math.min(trainLength, Math.max(3 * horizon, 2 * season), longestHistory);
  return {
    forecast: {
      id: series.id,
      history: orNull(series.target.subarray(trainLength - tail, trainLength)),
      actual: orNull(series.target.subarray(trainLength, trainLength + horizon)),
      median: Array.from(interpolatePaths(paths, quantiles, 0.5), inverse),
      lower: Array.from(paths[0]!, inverse),
      upper: Array.from(paths.at(-1)!, inverse),
    },
  };
}
