import { appError, type ErrorDetail } from "../../errors.ts";
import type { BacktestEnd, BacktestForecast } from "../../schemas/backtest.ts";
import type { ForecastOutput } from "../../schemas/forecast.ts";
import { BacktestScore } from "../series/backtest/backtest-score.ts";
import { type BacktestSource, sourceSeries } from "../series/backtest/backtest-source.ts";
import type { CutOff } from "../series/backtest/cut-offs.ts";
import { planBacktest } from "../series/backtest/plan-backtest.ts";
import { historyBefore, type WholeSeries } from "../series/backtest/read-whole-series.ts";
import { seenInTraining } from "../series/backtest/seen-in-training.ts";
import { seasonalNaive } from "../series/baselines/seasonal-naive.ts";
import { inputsRefused } from "../series/inputs-refused.ts";
import { seasonalError } from "../series/metrics/seasonal-error.ts";
import { valueTransforms } from "../series/value-transform.ts";
import type { LentForecaster } from "./forecasts.ts";

export interface BacktestQuestion {
  source: BacktestSource;
  windows: number;
  /** null: the horizon. */
  step: number | null;
  /** null: the model's own. */
  horizon: number | null;
  quantiles: number[] | null;
}

interface Place {
  series: WholeSeries;
  cut: CutOff;
}

/** Forecasts that go through the queue as one call. */
const forecastsAtOnce = 32;
const mostFaults = 20;

/**
 * Forecasts series from cut-offs within them, as separate requests would get them, and scores the forecasts. Takes turns with
 * whoever else asks the model; holds a few series at a time, however many there are.
 */
export class BacktestRun {
  readonly #lent: LentForecaster;
  readonly #question: BacktestQuestion;
  readonly #horizon: number;
  readonly #step: number;
  readonly #levels: number[];
  readonly #score: BacktestScore;
  readonly #timings = { queueMs: 0, computeMs: 0 };
  #skipped = 0;

  constructor(lent: LentForecaster, question: BacktestQuestion) {
    this.#lent = lent;
    this.#question = question;
    const { geometry } = lent.forecaster.rules;
    this.#horizon = question.horizon ?? geometry.horizon;
    this.#step = question.step ?? this.#horizon;
    this.#levels = (question.quantiles ?? geometry.quantiles).toSorted((low, high) => low - high);
    this.#score = new BacktestScore(this.#levels, question.windows);
  }

  /** Rows as they come. Throws validation_failed, dataset_invalid, history_too_short where no cut-off has enough values before it. */
  async *rows(): AsyncGenerator<BacktestForecast[]> {
    let made = 0;
    for await (const places of this.#places()) {
      made += places.length;
      yield await this.#forecast(places);
    }
    if (made === 0) throw this.#nothingToForecast();
  }

  /** Once all rows were read. */
  end(): BacktestEnd {
    const { queueMs, computeMs } = this.#timings;
    return {
      horizon: this.#horizon,
      step: this.#step,
      ...this.#score.result(),
      skipped: this.#skipped,
      calibration: this.#lent.forecaster.calibration,
      timings: { queue_ms: Math.round(queueMs * 1000) / 1000, compute_ms: Math.round(computeMs * 1000) / 1000 },
    };
  }

  /** Faults anywhere in the series of a request are told before anything is forecast; a dataset is not read twice for that. */
  async *#places(): AsyncGenerator<Place[]> {
    const { source, windows } = this.#question;
    const plan = { windows, step: this.#step, horizon: this.#horizon };
    const errors: ErrorDetail[] = [];
    let places: Place[] = [];
    for await (const one of sourceSeries(source)) {
      const planned = planBacktest(one, this.#lent.forecaster.rules, plan);
      if (Array.isArray(planned)) errors.push(...planned);
      if (errors.length >= mostFaults) break;
      if (Array.isArray(planned)) continue;
      this.#skipped += windows - (planned?.cuts.length ?? 0);
      for (const cut of planned?.cuts ?? []) places.push({ series: planned!.series, cut });
      if (source.type === "inputs") continue;
      if (errors.length > 0) continue;
      while (places.length >= forecastsAtOnce) yield places.splice(0, forecastsAtOnce);
    }
    if (errors.length > 0) throw inputsRefused(errors.slice(0, mostFaults));
    for (let from = 0; from < places.length; from += forecastsAtOnce) yield places.slice(from, from + forecastsAtOnce);
    places = [];
  }

  async #forecast(places: Place[]): Promise<BacktestForecast[]> {
    const startMs = performance.now();
    const { forecaster, queue } = this.#lent;
    const histories = places.map(({ series, cut }) => historyBefore(series, cut.at));
    const call = forecaster.openHistories(histories, this.#horizon, this.#levels);
    const { timings } = await queue.run(call, { receivedAtMs: startMs, computeMs: 0 });
    this.#timings.queueMs += timings.queue_ms;
    this.#timings.computeMs += timings.compute_ms;
    return places.map((place, index) => this.#row(place, call.outputs[index]!));
  }

  #row({ series, cut }: Place, output: ForecastOutput): BacktestForecast {
    const { rules } = this.#lent.forecaster;
    const { season, transform, horizon: trainedHorizon } = rules.geometry;
    const origin = cut.at - series.skipped;
    const actual = series.target.subarray(origin, origin + this.#horizon);
    const history = series.target.subarray(0, origin);
    const { source } = this.#question;
    const seen =
      source.type === "dataset" && source.sha256 === this.#lent.datasetSha256
        ? seenInTraining(series, cut.at, { horizon: trainedHorizon, mostHeldBack: rules.mostHeldBack })
        : null;
    const naive = seasonalNaive(series.filled, origin, { season, horizon: this.#horizon });
    this.#score.add({
      actual,
      point: Float64Array.from(output.median),
      paths: this.#levels.map((level) => Float64Array.from(output.quantiles[String(level)]!)),
      naive: naive.map(valueTransforms[transform].inverse),
      history,
      seasonalError: seasonalError(history, season),
      window: cut.window,
      seenInTraining: seen,
    });
    const { id, timestamps, mean, median, quantiles } = output;
    return {
      id,
      window: cut.window,
      cutoff: cut.at,
      timestamps,
      actual: Array.from(actual, (value) => (Number.isNaN(value) ? null : value)),
      mean,
      median,
      quantiles,
      seen_in_training: seen,
    };
  }

  #nothingToForecast() {
    const needed = this.#lent.forecaster.rules.minimumHistory + this.#horizon;
    const pointer = this.#question.source.type === "inputs" ? "/inputs" : "/dataset";
    const message = `expected a series of at least ${needed} values, the history a forecast needs and the horizon, got none`;
    const errors = [{ pointer, code: "history_too_short", message, allowed: { minimum: needed } }];
    return appError("history_too_short", `${pointer}: ${message}`, { errors });
  }
}
