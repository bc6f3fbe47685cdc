import type { OutsideScores } from "./outside-scores.ts";

/** What a hold-out taught about the intervals: goes into the checkpoint. */
export interface ForecastCalibration {
  /** For each level and step, what to move the path by, in widths of its interval. [levels][horizon] */
  shifts: number[][];
  /** Of the outermost interval: what it should hold, and what it held, each half of the hold-out corrected by the other one. */
  target: number;
  empirical: number;
  /** Values the corrections were taken from. */
  values: number;
  /** Absent in checkpoints of older versions. */
  outside?: OutsideScores;
}
