import { appError } from "../../errors.ts";
import type { ForecastInput } from "../../schemas/forecast.ts";
import type { KeptState, SessionSeries, SessionState } from "../../schemas/sessions.ts";
import { countFault, type HistoryRules, nonPositiveFault } from "../series/read-forecast-inputs.ts";
import { readInputTimes } from "../series/read-input-times.ts";
import type { ServedModel } from "../serving/load-model.ts";
import { forecastingModel } from "./forecasting-model.ts";
import { rememberingModel } from "./remembering-model.ts";
import { remember, type SeriesMemory } from "./series-memory.ts";
import { readSeriesState, writeSeriesState } from "./series-state.ts";
import { newTextMemory, readTextMemory, writeTextMemory } from "./text-memory.ts";

/** How a session begins: with a state from elsewhere, or anew. */
export interface SessionStart {
  state: SessionState | null;
  /** Where the state came in the request's body. */
  pointer: string;
  /** Of a new text's generator. */
  seed: number;
  /** Of a new forecast. */
  series: SessionSeries;
}

/** The state of a session at its beginning. Throws session_state_mismatch, validation_failed. */
export function beginSession(model: ServedModel, start: SessionStart): KeptState {
  const { state, pointer, seed, series } = start;
  if (state !== null && state.task !== model.task) {
    const message = `expected the state of a session for ${model.task}, got one for ${state.task}`;
    const errors = [{ pointer: `${pointer}/task`, code: "mismatch", message, value: state.task, allowed: model.task }];
    throw appError("session_state_mismatch", message, { errors });
  }
  if (model.task === "text") {
    const own = rememberingModel(model);
    const memory = state?.task === "text" ? readTextMemory(state, own, pointer) : newTextMemory(seed, own);
    return writeTextMemory(memory, own);
  }
  const { rules } = model.forecaster;
  refuseWholeScale(rules);
  const own = forecastingModel(model.digests, rules);
  const memory = state?.task === "forecast" ? readSeriesState(state, own, pointer) : newSeriesMemory(series, rules);
  return writeSeriesState(memory, own);
}

/** A session keeps the end of a series; its scale over all of it would need the rest. */
function refuseWholeScale({ geometry: { scaling } }: HistoryRules): void {
  if (scaling === "window") return;
  const message = `expected a model with the scaling "window": one with ${JSON.stringify(scaling)} reads the whole history each time, which a session does not keep`;
  const hint = "send the whole history to POST /v1/models/:id/forecast, or train a model with scaling window";
  const errors = [{ pointer: "/model", code: "not_applicable", message, allowed: ["window"], value: scaling, hint }];
  throw appError("validation_failed", message, { errors });
}

function newSeriesMemory({ id, target = [], ...times }: SessionSeries, rules: HistoryRules): SeriesMemory {
  const input: ForecastInput = { ...times, target };
  const { timeline, errors } = readInputTimes(input, "/series", rules.frequency);
  const { transform, likelihood } = rules.geometry;
  const faults = [
    transform.startsWith("log") ? nonPositiveFault(target, "/series") : null,
    likelihood === "negative_binomial" ? countFault(target, "/series") : null,
  ];
  errors.push(...faults.filter((fault) => fault !== null));
  const [first] = errors;
  if (first !== undefined) throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors });
  const values = new Float64Array(rules.geometry.contextLength).fill(Number.NaN);
  const empty = { id: id ?? null, timeline, length: 0, leading: 0, before: null, values };
  return remember(
    empty,
    target.map((value) => value ?? Number.NaN),
  );
}
