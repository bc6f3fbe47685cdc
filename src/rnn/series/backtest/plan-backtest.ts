import type { ErrorDetail } from "../../../errors.ts";
import type { HistoryRules } from "../read-forecast-inputs.ts";
import type { SourceSeries } from "./backtest-source.ts";
import { type CutOff, type CutOffPlan, cutOffs } from "./cut-offs.ts";
import { readWholeSeries, type WholeSeries } from "./read-whole-series.ts";

export interface PlannedSeries {
  series: WholeSeries;
  cuts: CutOff[];
}

/** Reads a series and finds the cut-offs with enough values before them; those that are found may be none. */
export function planBacktest(
  { input, pointer, told, isStored }: SourceSeries,
  rules: HistoryRules,
  plan: CutOffPlan,
): PlannedSeries | ErrorDetail[] | null {
  const first = input.target.findIndex((value) => value !== null);
  const cuts = cutOffs(input.target.length, Math.max(0, first) + rules.minimumHistory, plan);
  const series = readWholeSeries(input, { rules, pointer, end: cuts.at(-1)?.at ?? 0, isStored });
  if (Array.isArray(series)) return series.map(told);
  return series === null ? null : { series, cuts };
}
