import { Random } from "../random.ts";
import { ContextReader, type WindowScale } from "./context-reader.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import { seasonalError } from "./metrics/seasonal-error.ts";
import type { TrainingSeries, WindowSampler } from "./window-sampler.ts";

const sampledWindows = 8192;
const largestWeight = 8;
/** Of the level: a constant series does not weigh without bounds. */
const smallestRelativeError = 1e-3;

function meanMagnitude(values: Float64Array): number {
  let mean = 0;
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) mean += (Math.abs(value) - mean) / ++count;
  return mean;
}

/**
 * Weights a window's loss so that training follows sMAPE and MASE: w = s (4 / sbar + 1 / rel), where s is the window's scale and
 * rel the series' seasonal error (both relative to the level) and sbar the mean relative seasonal error of all series. Divided by
 * its mean over 8,192 random windows; 8 at most.
 */
export class WindowWeights {
  readonly #seasonalErrors: number[];
  readonly #meanRelativeError: number;
  readonly #log: boolean;
  #mean = 1;

  constructor(series: TrainingSeries[], geometry: ForecastGeometry, sampler: WindowSampler) {
    this.#log = geometry.transform.startsWith("log");
    const trained = series.map(({ series: { target }, trainLength }) => target.subarray(0, trainLength));
    this.#seasonalErrors = trained.map((target) => seasonalError(target, geometry.season) ?? 0);
    const relative = trained.map((target, index) => this.#relativeError(index, meanMagnitude(target)));
    this.#meanRelativeError = relative.reduce((sum, error) => sum + error / relative.length, 0);
    const reader = new ContextReader(geometry);
    // A seed of its own: the same windows whatever the run's seed, and after a resume.
    const random = new Random(0);
    let mean = 0;
    for (let count = 1; count <= sampledWindows; count++) {
      const { series, index, origin } = sampler.draw(random);
      mean += (this.#raw(index, reader.read(series.series, origin)) - mean) / count;
    }
    if (mean > 0) this.#mean = mean;
  }

  /** Of a window of the series at `index` in the list. */
  weight(index: number, scale: WindowScale): number {
    return Math.min(this.#raw(index, scale) / this.#mean, largestWeight);
  }

  #relativeError(index: number, level: number): number {
    const relative = this.#seasonalErrors[index]! / level;
    return Number.isFinite(relative) ? Math.max(relative, smallestRelativeError) : smallestRelativeError;
  }

  #raw(index: number, { scale, level }: WindowScale): number {
    const relativeScale = this.#log ? scale : scale / level;
    if (!Number.isFinite(relativeScale)) return 1;
    return relativeScale * (4 / this.#meanRelativeError + 1 / this.#relativeError(index, level));
  }
}
