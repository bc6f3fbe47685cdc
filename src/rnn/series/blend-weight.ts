import { blendPaths } from "./blend-paths.ts";

export interface BlendWindow {
  /** As the network has them. [levels][horizon] */
  paths: Float64Array[];
  smoothed: Float64Array;
  /** NaN where a value is missing. */
  actual: Float64Array;
  scale: number;
}

const weights = [0.25, 0.5, 0.75, 1];
const leastGain = 0.01;
const furthest = 1e4;

/**
 * How far the smoothed forecast pulls the network's: the weight with the least pinball loss on the hold-out windows; 0 unless that
 * lowers the loss by a hundredth and one standard error of the difference over the windows.
 */
export function blendWeight(windows: BlendWindow[], levels: number[]): number {
  const alone = windows.map((window) => lossOf(window, levels, 0));
  const meanAlone = meanOf(alone);
  let [chosen, most] = [0, 0];
  for (const weight of weights) {
    const gains = windows.map((window, index) => alone[index]! - lossOf(window, levels, weight));
    const gain = meanOf(gains);
    if (gain <= most || gain < leastGain * meanAlone + standardError(gains, gain)) continue;
    [chosen, most] = [weight, gain];
  }
  return chosen;
}

/** Mean pinball loss over steps and levels, in scales of the window. */
function lossOf({ paths, smoothed, actual, scale }: BlendWindow, levels: number[], weight: number): number {
  const blended = blendPaths({ paths, levels, smoothed, weight });
  let [sum, count] = [0, 0];
  for (const [index, level] of levels.entries()) {
    for (const [step, value] of actual.entries()) {
      if (Number.isNaN(value)) continue;
      const error = Math.min(Math.max(value / scale - blended[index]![step]! / scale, -furthest), furthest);
      sum += Math.max(level * error, (level - 1) * error);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean; with one window nothing is known of it, and nothing is asked. */
function standardError(values: number[], mean: number): number {
  const { length } = values;
  if (length < 2) return 0;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1);
  return Math.sqrt(variance / length);
}
