import { appError } from "../../errors.ts";
import type { TrainingSpec } from "../../schemas/training-run.ts";
import { type Tensor1D, tf } from "../backend.ts";
import type { Random, RandomState } from "../random.ts";
import type { TrainingTask } from "../training-task.ts";
import { type BaselineAccuracy, scoreBaselines } from "./baselines/score-baselines.ts";
import type { CovariateDescription } from "./covariates/covariate-description.ts";
import { learnCovariates } from "./covariates/learn-covariates.ts";
import { scaleCovariates } from "./covariates/scale-covariates.ts";
import { evaluateHoldouts, type HoldoutLesson, noLesson } from "./evaluate-holdouts.ts";
import { fitSmoothing } from "./fit-smoothing.ts";
import { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastDescription } from "./forecast-description.ts";
import { type ForecastGeometry, forecastGeometry } from "./forecast-geometry.ts";
import { createForecastNetwork } from "./forecast-network.ts";
import { type PreparedSeries, prepareSeries } from "./prepare-series.ts";
import { readSeriesFile } from "./read-series-file.ts";
import { resolveForecastSettings } from "./resolve-forecast-settings.ts";
import { lossOfRows, predictRows } from "./run-network.ts";
import { sampleHoldout } from "./sample-holdout.ts";
import { seriesFacts } from "./series-facts.ts";
import { type SeriesSplit, splitSeries } from "./split-series.ts";
import { valueTransforms } from "./value-transform.ts";
import { minimumContextOf, WindowSampler } from "./window-sampler.ts";
import { WindowWeights } from "./window-weights.ts";

async function loadSeries(spec: TrainingSpec) {
  const { forecast: settings, dataset } = spec;
  if (settings === null || dataset.summary.kind !== "series") {
    throw appError("internal", "a forecast is trained with forecast settings on a dataset of series");
  }
  const records = await readSeriesFile(dataset.path);
  const { frequency } = dataset.summary;
  const { forecast, longSeason } = resolveForecastSettings(settings, seriesFacts(records, frequency));
  const transform = valueTransforms[forecast.transform];
  const series = records
    .map((record) => prepareSeries(record, transform))
    .filter((one): one is PreparedSeries => one !== null);
  const split = splitSeries(series, forecast.horizon);
  const empty = records.length - series.length;
  if (empty > 0) split.warnings.push({ code: "series_empty", message: `${empty} series hold no value at all` });
  if (frequency === null && settings.season_length === "auto") {
    const message = "the data name no frequency, so no season is assumed; set season_length where there is one";
    split.warnings.push({ code: "frequency_unknown", message });
  }
  return { forecast, longSeason, frequency, split, covariates: addCovariates(split, forecast.covariates ?? []) };
}

/** Scales the covariates of these names by what training may see of them. */
function addCovariates({ training }: SeriesSplit, names: string[]): CovariateDescription | null {
  const described = learnCovariates(
    names,
    training.map(({ series: { sent = {}, skipped = 0 }, trainLength }) => {
      return { values: sent, from: skipped, to: skipped + trainLength };
    }),
  );
  for (const { series } of training) {
    if (described !== null) series.covariates = scaleCovariates(series.sent ?? {}, described, series.skipped ?? 0);
    series.sent = undefined;
  }
  return described;
}

/** Forecasting as the training loop sees it; `random` makes first weights, windows and dropout. Throws validation_failed, dataset_invalid. */
export async function createForecastTask(spec: TrainingSpec, random: Random): Promise<TrainingTask> {
  const { forecast, longSeason, frequency, split, covariates } = await loadSeries(spec);
  const { training, holdouts } = split;
  // Of each series its last hold-out.
  const shown = holdouts.filter(({ index }, at) => holdouts[at + 1]?.index !== index);
  const geometry = forecastGeometry(forecast, longSeason, covariates);
  const { batch_size: rows, sample_every: sampleEvery } = spec.training;
  const sampler = new WindowSampler(training, geometry);
  const weights = new WindowWeights(training, geometry, sampler);
  const architecture = { ...spec.architecture, precision: spec.training.precision ?? "fp32" };
  const network = createForecastNetwork(architecture, geometry, random);
  const quantiles: Tensor1D = tf.tensor1d(geometry.quantiles);
  const batch = new ForecastBatch(geometry, rows);
  const run = { network, geometry, batch, rows };
  const smoothing = mayBlend(split, geometry) ? fitSmoothing(training, geometry) : null;
  let lesson: HoldoutLesson = noLesson;
  let baselines: BaselineAccuracy | null = null;
  const description: Omit<ForecastDescription, "calibration" | "step_correlation" | "blend"> = {
    frequency,
    long_season: longSeason,
    minimum_history: minimumHistory(split, geometry),
    held_back: split.mostHeldBack,
    covariates,
  };

  return {
    parameters: network.parameters,
    stepsPerEpoch: Math.ceil(sampler.windows / rows),
    tokensPerStep: rows * forecast.horizon,
    vocabularySize: null,
    forecast,
    warnings: split.warnings,
    nextBatch: () => {
      lesson = noLesson; // it is of the weights as they were
      for (let row = 0; row < rows; row++) {
        const { series, index, origin } = sampler.draw(random);
        const scale = batch.writeContext(row, series.series, origin);
        batch.writeTarget(row, series.series.transformed, origin, weights.weight(index, scale));
      }
      return () => tf.tidy(() => lossOfRows(run, predictRows(run, random), quantiles));
    },
    evaluate: async (pause) => {
      baselines ??= scoreBaselines(holdouts, geometry);
      const setting = { network, geometry, quantiles, holdouts, smoothing, weights, baselines };
      const evaluation = await evaluateHoldouts(setting, pause);
      lesson = evaluation;
      const { validationLoss, metrics } = evaluation;
      return { validationLoss, metrics };
    },
    sample: async (step) => {
      const turn = Math.floor(step / (sampleEvery ?? 1));
      const series = shown.length > 0 ? shown : training;
      const { calibration, blend } = lesson;
      return sampleHoldout(series[turn % series.length]!, { network, geometry, calibration, blend });
    },
    saveState: () => ({ tensors: new Map(), json: { random: random.state() } }),
    restoreState: ({ json }) => random.restore(json.random as RandomState),
    describe: () => {
      const { calibration, stepCorrelation, blend } = lesson;
      return { ...description, calibration, step_correlation: stepCorrelation, blend };
    },
    dispose: () => {
      network.dispose();
      quantiles.dispose();
    },
  };
}

/** Where series are few a network may have learned too little; counts have no median to move. */
function mayBlend({ holdouts, mostHeldBack }: SeriesSplit, { likelihood }: ForecastGeometry): boolean {
  return holdouts.length > 0 && mostHeldBack > 1 && likelihood !== "negative_binomial";
}

function minimumHistory({ training }: SeriesSplit, geometry: ForecastGeometry): number {
  let minimum = Number.POSITIVE_INFINITY;
  for (const { trainLength } of training) minimum = Math.min(minimum, minimumContextOf(trainLength, geometry));
  return minimum;
}
