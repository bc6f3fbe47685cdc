import { randomInt } from "node:crypto";
import { appError } from "../errors.ts";
import type { Dataset } from "../schemas/datasets.ts";
import type { TrainingBody, TrainingPrecision, TrainingRequest, TrainingSettings } from "../schemas/jobs.ts";
import type { Model } from "../schemas/models.ts";
import type { Origin } from "../schemas/origin.ts";
import { checkForecastTraining, usualForecastSteps } from "./forecast-training.ts";
import { resolveAuto } from "./resolve-auto.ts";
import { resolveContinuation } from "./resolve-continuation.ts";
import { resolveOptimizer } from "./resolve-optimizer.ts";
import { resolvePrecision } from "./resolve-precision.ts";
import { resolveSchedule } from "./resolve-schedule.ts";
import { resolveSequenceTraining } from "./sequence-training.ts";
import { resolveTextTraining } from "./text-training.ts";
import { TrainingFaults } from "./training-faults.ts";

/** What a run is like where the caller says nothing. Forecasts: the recipe measured on M4 Hourly. */
const usual = {
  text: { epochs: 10, steps: null, learning_rate: 0.002, optimizer: "adam", clip_norm: 5, every: 500 },
  forecast: { epochs: null, steps: null, learning_rate: 0.006, optimizer: "adamw", clip_norm: 1, every: 250 },
  sequence: { epochs: 20, steps: null, learning_rate: 0.003, optimizer: "adam", clip_norm: 1, every: 250 },
} as const;
const FORECAST_BATCH = 256;
const EVALUATIONS = 6;
const SEEDS = 2 ** 32;

export interface TrainingQuestion {
  training: TrainingBody;
  model: Pick<Model, "task" | "architecture" | "forecast" | "sequence"> & Partial<Pick<Model, "text">>;
  dataset: Pick<Dataset, "summary">;
  /** What init_from names; null where it is left out. */
  origin?: Origin | null;
  /** What the engine can train in; fp32 alone where left out. */
  precisions?: readonly TrainingPrecision[];
}

type ChosenQuestion = Pick<TrainingQuestion, "model" | "dataset"> & { training: TrainingRequest };

/** The run with nothing left to choose; throws validation_failed with every field that is wrong or means nothing here. */
export function resolveTraining(question: TrainingQuestion): TrainingSettings {
  const { training, model, dataset, origin = null, precisions = ["fp32"] } = question;
  const faults = new TrainingFaults();
  const { summary } = dataset;
  const { request, auto } = resolveAuto(training, {
    summary,
    architecture: model.architecture,
    text: model.text ?? null,
  });
  const preset = presetOf({ training: request, model, dataset });
  const length = resolveLength(request, preset, faults);
  const ofOptimizer = resolveOptimizer(request, preset, faults);
  const learningRate = request.learning_rate ?? preset.learning_rate;
  const about = { task: model.task, steps: length.steps, learningRate };
  const schedule = resolveSchedule(request, about, faults);
  const ofTask = resolveTask({ training: request, model, dataset }, faults);
  const continuation = resolveContinuation({ training: request, model, origin }, faults);
  const precision = resolvePrecision(request, { architecture: model.architecture, precisions }, faults);
  faults.throwIfAny();
  return {
    ...length,
    ...ofTask,
    ...continuation,
    ...(auto === undefined ? {} : { auto }),
    learning_rate: learningRate,
    ...ofOptimizer,
    schedule,
    early_stopping: resolveEarlyStopping(request),
    checkpoint_every: request.checkpoint_every ?? preset.every,
    sample_every: request.sample_every === undefined ? preset.every : request.sample_every,
    precision,
    seed: request.seed ?? randomInt(SEEDS),
  };
}

/** A forecaster's steps follow from how much there is to learn from; six evaluations of a run show which weights are best. */
function presetOf({ training, model, dataset: { summary } }: ChosenQuestion) {
  const preset = usual[model.task];
  if (summary.kind !== "series" || model.forecast === null) return preset;
  const batchSize = training.batch_size ?? FORECAST_BATCH;
  const steps = usualForecastSteps({ summary, horizon: model.forecast.horizon, batchSize });
  const every = training.epochs === undefined ? Math.ceil((training.steps ?? steps) / EVALUATIONS) : preset.every;
  return { ...preset, steps, every };
}

function resolveLength(
  { epochs, steps }: TrainingRequest,
  preset: Pick<TrainingSettings, "epochs" | "steps">,
  faults: TrainingFaults,
): Pick<TrainingSettings, "epochs" | "steps"> {
  if (epochs !== undefined && steps !== undefined) {
    const message = "expected epochs or steps, got both";
    faults.add("epochs", "conflict", message, { value: epochs, hint: "leave out one of the two" });
    faults.add("steps", "conflict", message, { value: steps, hint: "leave out one of the two" });
  }
  if (epochs !== undefined) return { epochs, steps: null };
  if (steps !== undefined) return { epochs: null, steps };
  return { epochs: preset.epochs, steps: preset.steps };
}

function resolveTask({ training, model, dataset: { summary } }: ChosenQuestion, faults: TrainingFaults) {
  if (model.task === "text" && summary.kind === "text") {
    const settings = resolveTextTraining(training, { summary, text: model.text ?? null }, faults);
    checkEarlyStopping(training, { fraction: settings.validation_fraction, data: "a text long enough" }, faults);
    return settings;
  }
  if (model.task === "sequence" && summary.kind === "sequence" && model.sequence !== null) {
    const settings = resolveSequenceTraining(training, { summary, model: model.sequence }, faults);
    checkEarlyStopping(training, { fraction: settings.validation_fraction, data: "sequences enough" }, faults);
    return settings;
  }
  if (model.task === "forecast" && summary.kind === "series" && model.forecast !== null) {
    checkForecastTraining(
      training,
      { summary, horizon: model.forecast.horizon, covariates: model.forecast.covariates },
      faults,
    );
    return { batch_size: training.batch_size ?? FORECAST_BATCH };
  }
  throw appError("model_task_mismatch", `a model of task ${model.task} cannot train on data of kind ${summary.kind}`);
}

function checkEarlyStopping(
  { early_stopping: asked }: TrainingRequest,
  { fraction, data }: { fraction: number; data: string },
  faults: TrainingFaults,
): void {
  if (!asked || fraction > 0) return;
  const hint = `set validation_fraction above 0, with ${data} for it`;
  const message = "early_stopping needs validation data, and validation_fraction is 0";
  faults.add("early_stopping", "conflict", message, { value: asked, hint });
}

function resolveEarlyStopping({ early_stopping: asked }: TrainingRequest): TrainingSettings["early_stopping"] {
  return asked ? { ...asked, min_delta: asked.min_delta ?? 0 } : null;
}
