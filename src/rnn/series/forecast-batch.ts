import { appError } from "../../errors.ts";
import { ContextReader, type WindowScale } from "./context-reader.ts";
import { writeCovariateBlocks, writeCovariateFeatures } from "./covariates/write-covariates.ts";
import { likelihoods } from "./distributions/likelihoods.ts";
import type { FilledValues } from "./fill-gaps.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { Smoothing } from "./smoothed-forecast.ts";

/** What the network sees and is told lies within this many scales of the centre: float32 and its activations stay finite. */
const furthest = 1e4;
const fewestCounts = 0.01;

function scaled(value: number, { centre, scale }: WindowScale): number {
  const number = (value - centre) / scale;
  return Number.isNaN(number) ? 0 : Math.min(Math.max(number, -furthest), furthest);
}

/** Windows side by side as the network takes them, in typed arrays that are written again and again: one upload a step. */
export class ForecastBatch {
  readonly rows: number;
  /** [rows, blocks, inputSize]: the context, oldest first; of each block the target, then past and future covariates. */
  readonly encoder: Float32Array;
  /** [rows, headFeatures]: newest block, then for each lag the blocks that stood where the forecast's will, so many blocks ago; covariates. */
  readonly features: Float32Array;
  /** [rows, horizon, 1]: what came, less the baseline; counts as they are. */
  readonly target: Float32Array;
  /** [rows, horizon, 1]: 0 where the target is missing. */
  readonly weights: Float32Array;
  /** [rows, horizon]: the baseline in transformed units; of counts, what is expected without learning. */
  readonly baseline: Float64Array;
  readonly scales: Float64Array;
  /** By row, the smoothed forecast in transformed units; empty without a smoothing. [rows][horizon] */
  readonly smoothed: Float64Array[] = [];
  readonly #geometry: ForecastGeometry;
  readonly #reader: ContextReader;

  constructor(geometry: ForecastGeometry, rows: number, smoothing: Smoothing | null = null) {
    this.rows = rows;
    this.#geometry = geometry;
    this.#reader = new ContextReader(geometry, smoothing);
    this.encoder = new Float32Array(rows * geometry.blocks * geometry.inputSize);
    this.features = new Float32Array(rows * geometry.headFeatures);
    this.target = new Float32Array(rows * geometry.horizon);
    this.weights = new Float32Array(rows * geometry.horizon);
    this.baseline = new Float64Array(rows * geometry.horizon);
    this.scales = new Float64Array(rows);
  }

  /** The context before step `origin` becomes a row. */
  writeContext(row: number, series: FilledValues, origin: number): WindowScale {
    const { blockLength, blocks, inputSize, forecastBlocks, headFeatures, horizon, lags, likelihood } = this.#geometry;
    const window = this.#reader.read(series, origin);
    const start = row * blocks * inputSize;
    const placeOf = (block: number) => start + block * inputSize;
    const { values } = this.#reader;
    for (const [step, value] of values.entries()) {
      this.encoder[placeOf(Math.floor(step / blockLength)) + (step % blockLength)] = scaled(value, window);
    }
    let end = row * headFeatures;
    const copyBlocks = (first: number, count: number) => {
      for (let block = first; block < first + count; block++) {
        this.features.set(this.encoder.subarray(placeOf(block), placeOf(block) + blockLength), end);
        end += blockLength;
      }
    };
    copyBlocks(blocks - 1, 1);
    for (const lag of lags) copyBlocks(blocks - lag, forecastBlocks);
    this.#writeCovariates(row, series, origin);
    this.baseline.set(this.#reader.baseline, row * horizon);
    if (likelihoods[likelihood]?.counts) this.#expectCounts(row, window.level);
    this.scales[row] = window.scale;
    if (this.#reader.smoothed !== null) this.smoothed[row] = this.#reader.smoothed;
    return window;
  }

  #writeCovariates(row: number, { covariates }: FilledValues, origin: number): void {
    const { blocks, inputSize, headFeatures, covariateFeatures } = this.#geometry;
    if (inputSize === this.#geometry.blockLength && covariateFeatures === 0) return;
    if (!covariates) throw appError("validation_failed", "the model learned from covariates, and none came here");
    const place = { geometry: this.#geometry, origin };
    writeCovariateBlocks(this.encoder.subarray(row * blocks * inputSize), covariates, place);
    writeCovariateFeatures(this.features.subarray((row + 1) * headFeatures - covariateFeatures), covariates, place);
  }

  /** A count that has not come yet is still to be expected: half the baseline, half the level, and never nothing. */
  #expectCounts(row: number, level: number): void {
    const { horizon } = this.#geometry;
    for (let at = row * horizon; at < (row + 1) * horizon; at++) {
      this.baseline[at] = Math.max(this.baseline[at]! / 2 + level / 2, fewestCounts);
    }
  }

  /** What came at `origin` and after becomes the row's target; values that are missing (NaN), or that end, weigh nothing. */
  writeTarget(row: number, transformed: Float64Array, origin: number, weight: number): void {
    const { horizon, likelihood } = this.#geometry;
    const counts = likelihoods[likelihood]?.counts;
    const scale: WindowScale = { centre: 0, scale: this.scales[row]!, level: 0 };
    for (let step = 0; step < horizon; step++) {
      const at = row * horizon + step;
      const value = transformed[origin + step] ?? Number.NaN;
      const known = Number.isFinite(value);
      this.target[at] = known ? (counts ? value : scaled(value - this.baseline[at]!, scale)) : 0;
      this.weights[at] = known ? weight : 0;
    }
  }
}
