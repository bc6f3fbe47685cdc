import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrainingEvent, TrainingOutcome, TrainingSpec } from "../schemas/training-run.ts";
import { backend } from "./backend.ts";
import { beginFromCheckpoint } from "./begin-from-checkpoint.ts";
import { assertFinite } from "./callbacks/assert-finite.ts";
import { StepReporter, type StepResult } from "./callbacks/step-reporter.ts";
import { chooseTrainingStep } from "./choose-training-step.ts";
import { withLearningRate } from "./find-learning-rate.ts";
import { type FinishedStep, finishStep } from "./finish-step.ts";
import { clippingOf } from "./optimizers/clipping-of.ts";
import { layerNorms } from "./optimizers/layer-norms.ts";
import { learningRateOf } from "./optimizers/learning-rate.ts";
import { withOriginSettings } from "./origin-settings.ts";
import { resumeTraining } from "./resume-training.ts";
import { saveCheckpoint } from "./save-checkpoint.ts";
import { createTrainingState, disposeTrainingState, type TrainingState } from "./training-state.ts";
import type { TrainingStep } from "./training-step.ts";

/**
 * Trains a network from start to end, or on from a checkpoint; the weights it ends with are the same either way, bit for bit.
 * An abort takes effect within one batch: with the reason "suspend" the run is written to disk first, otherwise it just stops.
 * Throws dataset_invalid, validation_failed, prompt_characters_unknown before it allocates; training_diverged, disk_full,
 * checkpoint_corrupt, training_failed.
 */
export async function train(
  asked: TrainingSpec,
  emit: (event: TrainingEvent) => void,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  const pause = async () => {
    await nextTurn();
    if (signal.aborted && signal.reason !== "suspend") throw signal.reason;
  };
  let state: TrainingState | null = null;
  let trainingStep: TrainingStep | null = null;
  try {
    const spec = await withLearningRate(await withOriginSettings(asked), pause);
    state = await createTrainingState(spec, pause);
    if (spec.resumeFrom !== null) await resumeTraining(spec, spec.resumeFrom, state);
    else await beginFromCheckpoint(spec, state, pause);
    reportStart(spec, state, emit);
    trainingStep = chooseTrainingStep(spec, state);
    const { steps, task } = state;
    const reporter = new StepReporter({ ...task, steps, reportedStep: spec.reportedStep }, emit);
    while (state.step < steps && !state.earlyStopping.isOver) {
      await pause();
      if (signal.aborted) return await suspend({ spec, state, trainingStep, emit });
      const result = takeStep(spec, state, trainingStep);
      await finishStep({ spec, state, trainingStep, result, reporter, emit, pause });
    }
    return { status: "succeeded", step: state.step, metrics: state.best?.metrics ?? {} };
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { status: "stopped", step: state?.step ?? 0 };
    throw error;
  } finally {
    trainingStep?.dispose();
    if (state !== null) disposeTrainingState(state);
  }
}

function reportStart(
  { attempt, training }: TrainingSpec,
  state: TrainingState,
  emit: (event: TrainingEvent) => void,
): void {
  const { task, step, steps } = state;
  emit({
    type: "job-start",
    attempt,
    step,
    steps,
    steps_per_epoch: task.stepsPerEpoch,
    batch_size: training.batch_size,
    learning_rate: training.learning_rate,
    parameter_count: [...task.parameters.values()].reduce((sum, { size }) => sum + size, 0),
    backend: backend.level,
    forecast: task.forecast,
    vocabulary_size: task.vocabularySize,
  });
  if (step === 0) for (const warning of task.warnings ?? []) emit({ type: "warning", ...warning });
}

/** One batch forward and back, and one update of the weights. */
function takeStep({ training }: TrainingSpec, state: TrainingState, trainingStep: TrainingStep): StepResult {
  const { task, steps } = state;
  const step = state.step + 1;
  const learningRate = learningRateOf({ ...training, learning_rate: state.plateau.learningRate }, step, steps);
  const situation = { step, learningRate, ...clippingOf(training) };
  const startedAt = performance.now();
  const { loss, norm: gradientNorm, norms } = trainingStep.take({ ...situation, progress: (step - 1) / steps });
  assertFinite({ loss, "gradient norm": gradientNorm }, situation);
  state.step = step;
  state.epochLoss.add(loss);
  state.recentLoss.add(loss);
  const gradientNorms = layerNorms(task.parameters.keys(), norms);
  return { step, loss, learningRate, gradientNorm, gradientNorms, durationMs: performance.now() - startedAt };
}

/** Writes what is not on disk yet. No evaluation: whoever suspends a run is in a hurry, and an unbroken run has none here. */
async function suspend({
  spec,
  state,
  trainingStep,
  emit,
}: Pick<FinishedStep, "spec" | "state" | "trainingStep" | "emit">): Promise<TrainingOutcome> {
  const { step } = state;
  if (step > state.savedStep) {
    trainingStep.showAll();
    const metrics = { train_loss: state.recentLoss.value() };
    const file = await saveCheckpoint(spec, state, metrics);
    emit({ type: "checkpoint", id: file.id, step, metrics, best: state.best === null, file });
  }
  return { status: "stopped", step };
}
