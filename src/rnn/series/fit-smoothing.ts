import { ContextReader } from "./context-reader.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { Smoothing } from "./smoothed-forecast.ts";
import { minimumContextOf, type TrainingSeries } from "./window-sampler.ts";

const forgettings = [0, 0.1, 0.2, 0.35, 0.5, 0.7, 1];
const dampings = [0, 0.3, 0.6, 0.8, 0.9, 1];
const mostWindows = 128;
/** In scales of the window: one wild value does not decide. */
const furthest = 100;

/** The smoothing with the least mean absolute error, in scales of the window, on windows spread evenly over what training sees. */
export function fitSmoothing(training: TrainingSeries[], geometry: ForecastGeometry): Smoothing {
  const windows = spreadWindows(training, geometry);
  let best: Smoothing = { forgetting: 1, damping: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const forgetting of forgettings) {
    for (const damping of dampings) {
      const smoothing = { forgetting, damping };
      const reader = new ContextReader(geometry, smoothing);
      const error = windows.reduce((sum, window) => sum + errorOf(window, reader), 0);
      if (error < least) [best, least] = [smoothing, error];
    }
  }
  return best;
}

interface FittedWindow {
  series: TrainingSeries["series"];
  origin: number;
}

function spreadWindows(training: TrainingSeries[], geometry: ForecastGeometry): FittedWindow[] {
  const each = Math.max(1, Math.floor(mostWindows / training.length));
  return training.flatMap(({ series, trainLength }) => {
    const first = minimumContextOf(trainLength, geometry);
    const count = trainLength - geometry.horizon - first + 1;
    const taken = Math.min(Math.max(count, 0), each);
    return Array.from({ length: taken }, (_, index) => ({
      series,
      origin: first + Math.floor(((index + 1) * count) / taken) - 1,
    }));
  });
}

function errorOf({ series, origin }: FittedWindow, reader: ContextReader): number {
  const { scale } = reader.read(series, origin);
  let sum = 0;
  for (const [step, value] of reader.smoothed!.entries()) {
    const distance = Math.abs(series.transformed[origin + step]! / scale - value / scale);
    if (!Number.isNaN(distance)) sum += Math.min(distance, furthest);
  }
  return sum;
}
