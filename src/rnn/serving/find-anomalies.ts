import type { AnomalyThreshold } from "../../schemas/anomalies.ts";
import type { CalibrationNote, ForecastInput } from "../../schemas/forecast.ts";
import type { Timings } from "../../schemas/generation.ts";
import { anomalyThresholds, outermostPair } from "../series/anomalies/anomaly-thresholds.ts";
import { readScoredInputs } from "../series/anomalies/read-scored-inputs.ts";
import { ScoredSeries } from "../series/anomalies/scored-series.ts";
import { historyBefore } from "../series/backtest/read-whole-series.ts";
import { valueTransforms } from "../series/value-transform.ts";
import type { LentForecaster } from "./forecasts.ts";

export interface AnomaliesQuestion {
  inputs: ForecastInput[];
  /** null: the usual ones. */
  levels: number[] | null;
  lastPointOnly: boolean;
  stride: number;
}

export interface AnomaliesAnswer {
  /** AnomalyOutput[] as JSON. */
  outputs: string;
  points: number;
  thresholds: AnomalyThreshold[];
  calibration: CalibrationNote;
  timings: Timings;
}

/** Forecasts that go through the queue as one call. */
const forecastsAtOnce = 32;

const rounded = (durationMs: number) => Math.round(durationMs * 1000) / 1000;

/** Scores values by the forecasts made from what came before them, in turns with whoever else asks the model. Throws history_too_short, validation_failed. */
export async function findAnomalies(
  { forecaster, queue }: LentForecaster,
  { inputs, levels, lastPointOnly, stride }: AnomaliesQuestion,
): Promise<AnomaliesAnswer> {
  const { rules } = forecaster;
  const { quantiles, transform } = rules.geometry;
  const widest = outermostPair(quantiles);
  const thresholds = anomalyThresholds(levels, forecaster.learned, widest);
  const [low, high] = [quantiles[widest.lower]!, quantiles[widest.upper]!];
  const facts = { lower: String(low), upper: String(high), transform: valueTransforms[transform] };
  const toScore = readScoredInputs(inputs, rules, lastPointOnly);
  const scored = toScore.map(({ series, from }) => new ScoredSeries(series, { ...facts, from }));
  const origins = toScore.flatMap(({ series, from, to }, index) =>
    Array.from({ length: Math.ceil((to - from) / stride) }, (_, step) => ({ series, index, at: from + step * stride })),
  );
  const spent = { queueMs: 0, computeMs: 0 };
  for (let start = 0; start < origins.length; start += forecastsAtOnce) {
    const part = origins.slice(start, start + forecastsAtOnce);
    const histories = part.map(({ series, at }) => ({ ...historyBefore(series, at), timeline: null }));
    const call = forecaster.openHistories(histories, stride, [low, high]);
    const { timings } = await queue.run(call, { receivedAtMs: performance.now(), computeMs: 0 });
    spent.queueMs += timings.queue_ms;
    spent.computeMs += timings.compute_ms;
    for (const [row, { index }] of part.entries()) scored[index]!.add(call.outputs[row]!);
  }
  return {
    outputs: JSON.stringify(scored.map((one) => one.output(thresholds))),
    points: toScore.reduce((sum, { from, to }) => sum + to - from, 0),
    thresholds,
    calibration: forecaster.calibration,
    timings: { queue_ms: rounded(spent.queueMs), compute_ms: rounded(spent.computeMs) },
  };
}
