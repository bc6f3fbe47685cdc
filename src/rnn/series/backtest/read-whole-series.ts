import type { Timeline } from "../../../calendar/timeline.ts";
import type { ErrorDetail } from "../../../errors.ts";
import type { ForecastInput } from "../../../schemas/forecast.ts";
import { covariateFaults } from "../covariates/covariate-faults.ts";
import { scaleCovariates } from "../covariates/scale-covariates.ts";
import { type FilledValues, fillGaps } from "../fill-gaps.ts";
import type { ForecastHistory, HistoryRules } from "../read-forecast-inputs.ts";
import { countFault, nonPositiveFault } from "../read-forecast-inputs.ts";
import { readInputTimes } from "../read-input-times.ts";
import { valueTransforms } from "../value-transform.ts";

/** A series that is forecast from points within it. */
export interface WholeSeries {
  id: string | null;
  /** Values before the first known one. */
  skipped: number;
  /** From the first known value on; NaN where one is missing. */
  target: Float64Array;
  /** The same, transformed, without gaps. */
  filled: FilledValues;
  timeline: Timeline | null;
}

/** Reads a series of which values before step `end` are forecast from; null where none of its values is known. */
export function readWholeSeries(
  input: ForecastInput,
  { rules, pointer, end, isStored = false }: { rules: HistoryRules; pointer: string; end: number; isStored?: boolean },
): WholeSeries | ErrorDetail[] | null {
  const { timeline, errors } = readInputTimes(input, pointer, rules.frequency);
  const fault = rules.geometry.transform.startsWith("log") ? nonPositiveFault(input.target, pointer, end) : null;
  if (fault !== null) errors.push(fault);
  const uncounted = rules.geometry.likelihood === "negative_binomial" ? countFault(input.target, pointer, end) : null;
  if (uncounted !== null) errors.push(uncounted);
  const { covariates: description = null } = rules;
  const { length } = input.target;
  const reach = end + rules.geometry.horizon;
  errors.push(...covariateFaults(input, { description, pointer, length, reach, passesOver: isStored }));
  if (errors.length > 0) return errors;
  const skipped = input.target.findIndex((value) => value !== null);
  if (skipped < 0) return null;
  const target = Float64Array.from(input.target.slice(skipped), (value) => value ?? Number.NaN);
  const covariates = description && scaleCovariates(input, description, skipped);
  const filled = { ...fillGaps(target.map(valueTransforms[rules.geometry.transform].forward)), covariates };
  return { id: input.id ?? null, skipped, target, filled, timeline };
}

/** What was known of the series before its value `at`: a forecast from it reads nothing else. */
export function historyBefore({ id, skipped, filled, timeline }: WholeSeries, at: number): ForecastHistory {
  return { id, filled, origin: at - skipped, timeline, length: at };
}
