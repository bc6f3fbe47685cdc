import { appError, type ErrorDetail } from "../../../errors.ts";
import type { ForecastInput } from "../../../schemas/forecast.ts";
import { readWholeSeries, type WholeSeries } from "../backtest/read-whole-series.ts";
import { inputsRefused } from "../inputs-refused.ts";
import { type HistoryRules, lengthFault } from "../read-forecast-inputs.ts";

export interface ToScore {
  series: WholeSeries;
  /** Position of the first value to score, and one behind the last. */
  from: number;
  to: number;
}

const mostPoints = 200_000;

/** Reads the series of a request and finds the values with enough history. Throws history_too_short, validation_failed. */
export function readScoredInputs(inputs: ForecastInput[], rules: HistoryRules, lastPointOnly: boolean): ToScore[] {
  const read = inputs.map((input, index) => readOne(input, `/inputs/${index}`, { rules, lastPointOnly }));
  const errors = read.flatMap((one) => (Array.isArray(one) ? one : []));
  if (errors.length > 0) throw inputsRefused(errors);
  const all = read as ToScore[];
  const points = all.reduce((sum, { from, to }) => sum + to - from, 0);
  if (points <= mostPoints) return all;
  const message = `expected at most ${mostPoints} values to score, got ${points}`;
  const hint = "send fewer series at once, or less of each";
  const fault = { pointer: "/inputs", code: "size", message, value: points, allowed: { maximum: mostPoints }, hint };
  throw appError("validation_failed", `/inputs: ${message}`, { errors: [fault] });
}

function readOne(
  input: ForecastInput,
  pointer: string,
  { rules, lastPointOnly }: { rules: HistoryRules; lastPointOnly: boolean },
): ToScore | ErrorDetail[] {
  const { target } = input;
  const first = target.findIndex((value) => value !== null);
  const found = first < 0 ? 0 : target.length - first;
  const last = target.length - 1;
  const short = lengthFault(found, rules.minimumHistory + 1, pointer);
  // The last value is not forecast from: it may be what a logarithm cannot take.
  const series = readWholeSeries(input, { rules, pointer, end: last });
  const errors = Array.isArray(series) ? series : [];
  if (short !== null) errors.push(short);
  if (lastPointOnly && target[last] === null) {
    const message = "expected a last value to score, it is missing";
    errors.push({ pointer: `${pointer}/target/${last}`, code: "missing", message, value: null });
  }
  if (errors.length > 0 || series === null || Array.isArray(series)) return errors;
  return { series, from: lastPointOnly ? last : first + rules.minimumHistory, to: target.length };
}
