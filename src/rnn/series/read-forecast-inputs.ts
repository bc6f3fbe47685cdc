import type { Timeline } from "../../calendar/timeline.ts";
import type { ErrorDetail } from "../../errors.ts";
import type { ForecastInput } from "../../schemas/forecast.ts";
import type { CovariateDescription } from "./covariates/covariate-description.ts";
import { covariateFaults } from "./covariates/covariate-faults.ts";
import { scaleCovariates } from "./covariates/scale-covariates.ts";
import { type FilledValues, fillGaps } from "./fill-gaps.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import { inputsRefused } from "./inputs-refused.ts";
import { readInputTimes } from "./read-input-times.ts";
import { valueTransforms } from "./value-transform.ts";

/** An input as the network can take it. */
export interface ForecastHistory {
  id: string | null;
  /** Transformed, from the first known value on. */
  filled: FilledValues;
  /** The first step to forecast; what stands there in `filled`, and after it, has no part in the forecast. */
  origin: number;
  timeline: Timeline | null;
  /** Values in the input before the forecast, missing ones included: it begins so many steps after the timeline's first. */
  length: number;
}

export interface HistoryRules {
  geometry: ForecastGeometry;
  /** Of the data the model learned from. */
  frequency: string | null;
  minimumHistory: number;
  /** Horizons of each of its series that it did not learn from, at most. */
  mostHeldBack: number;
  /** That the model learned from; null where there are none. */
  covariates?: CovariateDescription | null;
}

/** Of the values before step `end`. */
export function nonPositiveFault(
  target: ForecastInput["target"],
  pointer: string,
  end = target.length,
): ErrorDetail | null {
  const index = target.findIndex((value, step) => step < end && value !== null && value <= 0);
  if (index < 0) return null;
  return {
    pointer: `${pointer}/target/${index}`,
    code: "not_positive",
    message: `expected positive values, because the model works on their logarithms, got ${target[index]}`,
    value: target[index],
    hint: 'train a model with "transform": "none", or on data that hold such values',
  };
}

/** Of the values before step `end`. */
export function countFault(target: ForecastInput["target"], pointer: string, end = target.length): ErrorDetail | null {
  const index = target.findIndex(
    (value, step) => step < end && value !== null && (value < 0 || !Number.isInteger(value)),
  );
  if (index < 0) return null;
  return {
    pointer: `${pointer}/target/${index}`,
    code: "not_a_count",
    message: `expected whole numbers from 0 on, because the model counts, got ${target[index]}`,
    value: target[index],
    hint: 'train a model with another likelihood than "negative_binomial" on such values',
  };
}

/** Of a history of which `needed` values are wanted. */
export function lengthFault(found: number, needed: number, pointer: string): ErrorDetail | null {
  if (found >= needed) return null;
  return {
    pointer: `${pointer}/target`,
    code: "history_too_short",
    message: `expected at least ${needed} values from the first known one on, got ${found}`,
    value: found,
    allowed: { minimum: needed },
    hint: "send a longer history, or train a model with a smaller horizon, context_length or season_length",
  };
}

function readInput(input: ForecastInput, pointer: string, rules: HistoryRules): ForecastHistory | ErrorDetail[] {
  const { target } = input;
  const { timeline, errors } = readInputTimes(input, pointer, rules.frequency);
  const first = target.findIndex((value) => value !== null);
  const found = first < 0 ? 0 : target.length - first;
  const faults = [lengthFault(found, rules.minimumHistory, pointer)];
  const { transform, likelihood } = rules.geometry;
  if (likelihood === "negative_binomial") faults.push(countFault(target, pointer));
  if (transform.startsWith("log")) faults.push(nonPositiveFault(target, pointer));
  errors.push(...faults.filter((fault) => fault !== null));
  const { covariates: description = null } = rules;
  const { length } = target;
  errors.push(...covariateFaults(input, { description, pointer, length, reach: length + rules.geometry.horizon }));
  if (errors.length > 0) return errors;
  const { forward } = valueTransforms[transform];
  const values = Float64Array.from(target.slice(first), (value) => (value === null ? Number.NaN : forward(value)));
  const covariates = description && scaleCovariates(input, description, first);
  const filled = { ...fillGaps(values), covariates };
  return { id: input.id ?? null, filled, origin: values.length, timeline, length };
}

/**
 * Reads the histories of a request. Throws history_too_short where that is all that is wrong, else validation_failed, with every
 * fault of every input.
 */
export function readForecastInputs(inputs: ForecastInput[], rules: HistoryRules): ForecastHistory[] {
  const read = inputs.map((input, index) => readInput(input, `/inputs/${index}`, rules));
  const errors = read.flatMap((result) => (Array.isArray(result) ? result : []));
  if (errors.length > 0) throw inputsRefused(errors);
  return read as ForecastHistory[];
}
