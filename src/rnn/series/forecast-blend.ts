import type { Smoothing } from "./smoothed-forecast.ts";

/** A smoothed forecast beside the network's, and how much it weighs: goes into the checkpoint. */
export interface ForecastBlend extends Smoothing {
  /** In [0, 1]; 0 is the network alone. */
  weight: number;
}
