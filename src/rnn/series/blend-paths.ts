import { interpolatePaths } from "./interpolate-paths.ts";

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

export interface Blend {
  /** [levels][horizon] */
  paths: Float64Array[];
  /** Ascending. */
  levels: number[];
  smoothed: Float64Array;
  /** 0: the network alone; 1: its spread around the smoothed forecast. */
  weight: number;
}

/** How far each step's distribution moves: its median comes nearer to the smoothed forecast by the weight's share. [horizon] */
export function blendShift({ paths, levels, smoothed, weight }: Blend): Float64Array {
  const median = interpolatePaths(paths, levels, 0.5);
  return median.map((value, step) => weight * bounded(smoothed[step]! - value));
}

/** All paths, moved alike: intervals stay as wide as they are. */
export function blendPaths(blend: Blend): Float64Array[] {
  if (blend.weight === 0) return blend.paths;
  const shift = blendShift(blend);
  return blend.paths.map((path) => path.map((value, step) => bounded(value + shift[step]!)));
}
