import type { Metrics } from "../schemas/common.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import { EarlyStopping, type EarlyStoppingState } from "./callbacks/early-stopping.ts";
import { GradientWatch, type GradientWatchState } from "./callbacks/gradient-watch.ts";
import { Plateau, type PlateauState } from "./callbacks/plateau.ts";
import type { ElasticPenalty } from "./elastic-penalty.ts";
import { chooseUpdater } from "./optimizers/choose-updater.ts";
import { Optimizer } from "./optimizers/optimizer.ts";
import { Random } from "./random.ts";
import { RunningMean } from "./running-mean.ts";
import type { TrainingTask } from "./training-task.ts";

/** The best evaluation so far: its checkpoint is what serves. */
export interface Best {
  step: number;
  loss: number;
  metrics: Metrics;
}

/** Everything that changes from step to step. */
export interface TrainingState {
  readonly task: TrainingTask;
  readonly optimizer: Optimizer;
  readonly earlyStopping: EarlyStopping;
  readonly plateau: Plateau;
  readonly gradientWatch: GradientWatch;
  /** Since the epoch began, and since the last evaluated checkpoint. */
  readonly epochLoss: RunningMean;
  readonly recentLoss: RunningMean;
  readonly steps: number;
  step: number;
  /** Of the newest checkpoint on disk. */
  savedStep: number;
  best: Best | null;
  /** On the old data, before the first step; null where there are none. */
  oldLossBefore: number | null;
  elasticPenalty: ElasticPenalty | null;
}

/** The part of the state that is counters: JSON in the checkpoint. */
export interface LoopState extends Record<string, unknown> {
  epoch_loss: { sum: number; count: number };
  recent_loss: { sum: number; count: number };
  early_stopping: EarlyStoppingState;
  plateau: PlateauState;
  gradient_watch: GradientWatchState;
  best: Best | null;
  old_loss_before: number | null;
}

/** Awaits `pause` where the data take long to prepare. */
export async function createTrainingState(spec: TrainingSpec, pause: () => Promise<void>): Promise<TrainingState> {
  const task = await createTask(spec, new Random(spec.training.seed), pause);
  const { steps, epochs } = spec.training;
  return {
    task,
    optimizer: new Optimizer(chooseUpdater(spec.training), task.parameters),
    earlyStopping: new EarlyStopping(spec.training.early_stopping),
    plateau: new Plateau(spec.training.schedule, spec.training.learning_rate),
    gradientWatch: new GradientWatch(),
    epochLoss: new RunningMean(),
    recentLoss: new RunningMean(),
    steps: steps ?? (epochs ?? 1) * task.stepsPerEpoch,
    step: 0,
    savedStep: 0,
    best: null,
    oldLossBefore: null,
    elasticPenalty: null,
  };
}

/** A task's code is loaded when it is needed. */
async function createTask(spec: TrainingSpec, random: Random, pause: () => Promise<void>): Promise<TrainingTask> {
  if (spec.task === "text") return (await import("./text/text-task.ts")).createTextTask(spec, random, pause);
  if (spec.task === "sequence") {
    return (await import("./sequence/sequence-task.ts")).createSequenceTask(spec, random);
  }
  return (await import("./series/forecast-task.ts")).createForecastTask(spec, random);
}

export function loopState(state: TrainingState): LoopState {
  const { epochLoss, recentLoss, earlyStopping, plateau, gradientWatch, best } = state;
  return {
    epoch_loss: epochLoss.state(),
    recent_loss: recentLoss.state(),
    early_stopping: earlyStopping.state(),
    plateau: plateau.state(),
    gradient_watch: gradientWatch.state(),
    best,
    old_loss_before: state.oldLossBefore,
  };
}

export function restoreLoopState(state: TrainingState, saved: LoopState): void {
  state.epochLoss.restore(saved.epoch_loss);
  state.recentLoss.restore(saved.recent_loss);
  state.earlyStopping.restore(saved.early_stopping);
  // A file of an older version has neither.
  if (saved.plateau) state.plateau.restore(saved.plateau);
  if (saved.gradient_watch) state.gradientWatch.restore(saved.gradient_watch);
  state.best = saved.best;
  state.oldLossBefore = saved.old_loss_before ?? null;
}

export function disposeTrainingState({ task, optimizer, elasticPenalty }: TrainingState): void {
  elasticPenalty?.dispose();
  optimizer.dispose();
  task.dispose();
}
