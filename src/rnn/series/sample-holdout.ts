import type { Sample } from "../training-task.ts";
import { calibratePaths } from "./calibration/calibrate-paths.ts";
import type { ForecastCalibration } from "./calibration/forecast-calibration.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastBlend } from "./forecast-blend.ts";
import { forecastDistribution } from "./forecast-distribution.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { outputValues } from "./output-values.ts";
import { predictRows } from "./run-network.ts";
import type { TrainingSeries } from "./window-sampler.ts";

const longestHistory = 1024;

const orNull = (values: Float64Array) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));

interface Trained {
  network: ForecastNetwork;
  geometry: ForecastGeometry;
  calibration: ForecastCalibration | null;
  blend: ForecastBlend | null;
}

/** The forecast of one series beside what came (nothing, where the series has no hold-out), after the tail of its history. */
export function sampleHoldout(
  { series, trainLength }: TrainingSeries,
  { network, geometry, calibration, blend }: Trained,
): Sample {
  const { horizon, quantiles, season } = geometry;
  const batch = new ForecastBatch(geometry, 1, blend);
  batch.writeContext(0, series, trainLength);
  const predicted = predictRows({ network, geometry, batch, rows: 1 });
  const answer = predicted.dataSync() as Float32Array;
  const raw = forecastDistribution({ answer, batch, row: 0 }, geometry, blend?.weight);
  const paths = calibratePaths(raw.paths, calibration, { levels: quantiles, scale: batch.scales[0]! });
  predicted.dispose();
  const { value: outside } = outputValues(geometry);
  const tail = Math.min(trainLength, Math.max(3 * horizon, 2 * season), longestHistory);
  return {
    forecast: {
      id: series.id,
      history: orNull(series.target.subarray(trainLength - tail, trainLength)),
      actual: orNull(series.target.subarray(trainLength, trainLength + horizon)),
      median: Array.from(interpolatePaths(paths, quantiles, 0.5), outside),
      lower: Array.from(paths[0]!, outside),
      upper: Array.from(paths.at(-1)!, outside),
    },
  };
}
