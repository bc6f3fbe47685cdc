import type { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

/**
 * One path for each quantile level, in transformed units and never infinite. What the network has for a step is sorted over the
 * levels, so that paths never cross. `corrections` is the network's answer to the whole batch. [rows, horizon, quantiles]
 */
export function forecastPaths(
  corrections: Float32Array,
  { horizon, quantiles: { length: levels } }: ForecastGeometry,
  { batch, row }: { batch: ForecastBatch; row: number },
): Float64Array[] {
  const paths = Array.from({ length: levels }, () => new Float64Array(horizon));
  const scale = batch.scales[row]!;
  for (let step = 0; step < horizon; step++) {
    const at = row * horizon + step;
    const sorted = corrections.slice(at * levels, (at + 1) * levels).sort();
    for (let level = 0; level < levels; level++)
      paths[level]![step] = bounded(batch.baseline[at]! + scale * sorted[level]!);
  }
  return paths;
}
