import type { ForecastOutput } from "../../schemas/forecast.ts";
import type { ForecastHistory } from "./read-forecast-inputs.ts";

/** Sample paths that a request asks for: the same for the same seed. */
export interface PathRequest {
  count: number;
  seed: number;
}

/** A request for forecasts that has been read and found good; its series are forecast in order, and not all in one pass. */
export interface ForecastCall {
  readonly histories: readonly ForecastHistory[];
  readonly timestamps: readonly (string[] | null)[];
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly paths: PathRequest | null;
  /** Of the series forecast so far. */
  readonly outputs: ForecastOutput[];
}

export function seriesLeft({ histories, outputs }: ForecastCall): number {
  return histories.length - outputs.length;
}
