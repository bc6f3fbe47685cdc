import type { ForecastGeometry } from "../forecast-geometry.ts";
import type { SeriesCovariates } from "./series-covariates.ts";

/** Value of a future covariate; past its end the last one stands, before its beginning the mean. */
function at(values: Float32Array, step: number): number {
  return step < 0 ? 0 : (values[Math.min(step, values.length - 1)] ?? 0);
}

/** Puts covariates behind the target in each block of a row of the encoder's input: nothing of `origin` or after. [blocks, inputSize] */
export function writeCovariateBlocks(
  encoder: Float32Array,
  { past, future }: SeriesCovariates,
  { geometry, origin }: { geometry: ForecastGeometry; origin: number },
): void {
  const { blockLength, blocks, contextLength, inputSize } = geometry;
  for (const [index, values] of [...past, ...future].entries()) {
    for (let block = 0; block < blocks; block++) {
      const place = block * inputSize + (1 + index) * blockLength;
      const step = origin - contextLength + block * blockLength;
      for (let offset = 0; offset < blockLength; offset++) encoder[place + offset] = at(values, step + offset);
    }
  }
}

/**
 * What the head gets of covariates: of each past one the newest block; of each future one its values over the horizon, then those at
 * the steps that the baseline repeats; at last the static ones. [covariateFeatures]
 */
export function writeCovariateFeatures(
  features: Float32Array,
  { past, future, statics }: SeriesCovariates,
  { geometry, origin }: { geometry: ForecastGeometry; origin: number },
): void {
  const { blockLength, horizon, baselinePeriod } = geometry;
  let place = 0;
  const copy = (values: Float32Array, from: number, count: number) => {
    for (let step = from; step < from + count; step++) features[place++] = at(values, step);
  };
  for (const values of past) copy(values, origin - blockLength, blockLength);
  for (const values of future) {
    copy(values, origin, horizon);
    copy(values, origin - baselinePeriod, Math.min(baselinePeriod, horizon));
  }
  features.set(statics, place);
}
