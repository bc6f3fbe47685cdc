import type { ForecastCalibration } from "./forecast-calibration.ts";
import { intervalWidth } from "./interval-width.ts";
import { levelPairs } from "./level-pairs.ts";

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

export interface ScaledPaths {
  /** Ascending. */
  levels: number[];
  /** Of the window that the paths go on from. */
  scale: number;
}

/** Moves each pair of paths as the hold-out taught; the median stays, and so does the order. Paths are in transformed units. [levels][horizon] */
export function calibratePaths(
  paths: Float64Array[],
  calibration: ForecastCalibration | null,
  { levels, scale }: ScaledPaths,
): Float64Array[] {
  if (calibration === null) return paths;
  const moved = paths.map((path) => path.slice());
  for (const { lower, upper } of levelPairs(levels)) {
    for (let step = 0; step < moved[0]!.length; step++) {
      const [low, high] = [paths[lower]![step]!, paths[upper]![step]!];
      const width = intervalWidth({ lower: low, upper: high, scale });
      moved[lower]![step] = bounded(low + width * calibration.shifts[lower]![step]!);
      moved[upper]![step] = bounded(high + width * calibration.shifts[upper]![step]!);
    }
  }
  keepOrder(moved, levels);
  return moved;
}

/** From the middle outwards: a narrower interval never reaches over a wider one. */
function keepOrder(paths: Float64Array[], levels: number[]): void {
  const middle = levels.findIndex((level) => level >= 0.5);
  const start = middle < 0 ? levels.length - 1 : middle;
  for (let level = start + 1; level < paths.length; level++) {
    const inner = paths[level - 1]!;
    paths[level] = paths[level]!.map((value, step) => Math.max(value, inner[step]!));
  }
  for (let level = start - 1; level >= 0; level--) {
    const inner = paths[level + 1]!;
    paths[level] = paths[level]!.map((value, step) => Math.min(value, inner[step]!));
  }
}
