import type { ForecastBatch } from "./forecast-batch.ts";

/** A row of what the network gave to a batch. */
export interface NetworkAnswer {
  /** To the whole batch. [members * rows, horizon, outputsPerStep] */
  answer: Float32Array;
  batch: ForecastBatch;
  row: number;
}
