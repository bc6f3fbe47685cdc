import { appError } from "../../errors.ts";
import type { Random } from "../random.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { PreparedSeries } from "./prepare-series.ts";

/** Series with the steps that training may see: their hold-out lies behind `trainLength`. */
export interface TrainingSeries {
  series: PreparedSeries;
  trainLength: number;
}

export interface Window {
  series: TrainingSeries;
  /** Position of the series in the list. */
  index: number;
  /** The first step to forecast. */
  origin: number;
}

/** Real values the contexts of a series of this length hold at least; a short series gets by on less. */
export function minimumContextOf(trainLength: number, { horizon, minimumContext }: ForecastGeometry): number {
  return Math.min(minimumContext, Math.max(trainLength - 2 * horizon, horizon));
}

/** Windows (context, then horizon) of a series: each origin counts, stride 1. */
function windowCount(trainLength: number, geometry: ForecastGeometry): number {
  return Math.max(0, trainLength - geometry.horizon - minimumContextOf(trainLength, geometry) + 1);
}

/** Draws windows uniformly over all windows of all series, so that long series weigh more. */
export class WindowSampler {
  /** Of all series. */
  readonly windows: number;
  readonly #series: TrainingSeries[];
  readonly #geometry: ForecastGeometry;
  /** Windows of the series up to and with each one. */
  readonly #cumulative: Float64Array;

  constructor(series: TrainingSeries[], geometry: ForecastGeometry) {
    this.#series = series;
    this.#geometry = geometry;
    this.#cumulative = new Float64Array(series.length);
    let windows = 0;
    for (const [index, { trainLength }] of series.entries()) {
      windows += windowCount(trainLength, geometry);
      this.#cumulative[index] = windows;
    }
    if (windows === 0) throw appError("internal", "no series has a window to train on");
    this.windows = windows;
  }

  draw(random: Random): Window {
    const pick = random.integer(this.windows);
    let [low, high] = [0, this.#series.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulative[middle]! > pick) high = middle;
      else low = middle + 1;
    }
    const series = this.#series[low]!;
    const before = low === 0 ? 0 : this.#cumulative[low - 1]!;
    return { series, index: low, origin: minimumContextOf(series.trainLength, this.#geometry) + pick - before };
  }
}
