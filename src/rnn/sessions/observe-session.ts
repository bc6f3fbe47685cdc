import type { KeptState, Observation, SeriesState } from "../../schemas/sessions.ts";
import { valueTransforms } from "../series/value-transform.ts";
import type { ForecastAnswer } from "../serving/forecast-queue.ts";
import type { LentForecaster } from "../serving/forecasts.ts";
import { forecastingModel } from "./forecasting-model.ts";
import { observe } from "./observe.ts";
import { historyOf } from "./series-memory.ts";
import { readSeriesState, writeSeriesState } from "./series-state.ts";

/** What came in a session, and what to forecast next; null horizon and quantiles are the model's own. */
export interface ObserveOrder {
  /** As it is kept, in JSON. */
  state: string;
  observations: Observation[];
  horizon: number | null;
  quantiles: number[] | null;
  receivedAtMs: number;
}

interface ObserveAnswer {
  kept: KeptState;
  /** Values that the history lacks for a forecast. */
  missing: number;
  forecast: ForecastAnswer | null;
}

/** The session after the observations, and its next forecast; null while its history is too short. Throws validation_failed. */
export async function observeSession(
  { forecaster, digests, queue }: LentForecaster,
  { state, observations, horizon, quantiles, receivedAtMs }: ObserveOrder,
): Promise<ObserveAnswer> {
  const startMs = performance.now();
  const { rules } = forecaster;
  const { geometry, minimumHistory, frequency } = rules;
  const own = forecastingModel(digests, rules);
  const memory = observe(readSeriesState(JSON.parse(state) as SeriesState, own), observations, { ...own, frequency });
  const missing = Math.max(0, minimumHistory - (memory.length - memory.leading));
  const kept = writeSeriesState(memory, own);
  if (missing > 0) return { kept, missing, forecast: null };
  const history = historyOf(memory, valueTransforms[geometry.transform]);
  const call = forecaster.openHistories([history], horizon ?? geometry.horizon, quantiles ?? geometry.quantiles);
  const forecast = await queue.run(call, { receivedAtMs, computeMs: performance.now() - startMs });
  return { kept, missing, forecast };
}
