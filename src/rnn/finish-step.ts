import type { Metrics } from "../schemas/common.ts";
import type { TrainingEvent, TrainingSpec } from "../schemas/training-run.ts";
import { assertFinite } from "./callbacks/assert-finite.ts";
import type { StepReporter, StepResult } from "./callbacks/step-reporter.ts";
import { clippingOf } from "./optimizers/clipping-of.ts";
import { saveCheckpoint } from "./save-checkpoint.ts";
import type { TrainingState } from "./training-state.ts";
import type { TrainingStep } from "./training-step.ts";
import type { Evaluation, OldData } from "./training-task.ts";

export interface FinishedStep {
  spec: TrainingSpec;
  state: TrainingState;
  trainingStep: TrainingStep;
  result: StepResult;
  reporter: StepReporter;
  emit: (event: TrainingEvent) => void;
  pause: () => Promise<void>;
}

/**
 * All that is due after a step: warnings, sample, epoch-end, step-end, checkpoint. In this order, because a log that holds the step-end
 * then holds what belongs to the step, and a log that holds the checkpoint all that came before it: nothing is lost or
 * repeated by a run that goes on from there.
 */
export async function finishStep(finished: FinishedStep): Promise<void> {
  const { spec, state, trainingStep, result, reporter, emit, pause } = finished;
  const { checkpoint_every: checkpointEvery, sample_every: sampleEvery } = spec.training;
  const { step } = result;
  const isNew = step > spec.reportedStep;
  const isLast = step === state.steps;
  const endsEpoch = step % state.task.stepsPerEpoch === 0;
  const needsCheckpoint = isLast || step % checkpointEvery === 0;
  const needsSample = sampleEvery !== null && step % sampleEvery === 0 && isNew;

  if (needsCheckpoint) trainingStep.showAll();
  else if (needsSample || (endsEpoch && isNew)) trainingStep.showWeights();
  const evaluation = needsCheckpoint || (endsEpoch && isNew) ? await evaluate(finished) : null;
  const warnings = state.gradientWatch.observe({ step, norm: result.gradientNorm, layers: result.gradientNorms });
  if (isNew) for (const warning of warnings) emit({ type: "warning", ...warning });
  if (needsSample) emit({ type: "sample", step, ...(await state.task.sample(step, pause)) });
  if (endsEpoch) endEpoch(finished, isNew ? evaluation : null);
  reporter.stepEnded(result, needsCheckpoint || endsEpoch || needsSample || warnings.length > 0);
  if (needsCheckpoint && evaluation) await checkpoint(finished, evaluation);
}

async function evaluate({ spec, state, result, pause }: FinishedStep): Promise<Evaluation> {
  const evaluation = await state.task.evaluate(pause);
  const { validationLoss, metrics } = evaluation;
  const losses = validationLoss === null ? metrics : { ...metrics, "validation loss": validationLoss };
  assertFinite(losses, { ...result, ...clippingOf(spec.training) });
  return state.task.old ? withOldLoss(evaluation, state.task.old, { state, pause }) : evaluation;
}

/** How much of what it knew before is forgotten. */
async function withOldLoss(
  { validationLoss, metrics }: Evaluation,
  old: OldData,
  { state, pause }: Pick<FinishedStep, "state" | "pause">,
): Promise<Evaluation> {
  const loss = await old.evaluate(pause);
  return { validationLoss, metrics: { ...metrics, old_loss: loss, old_loss_before: state.oldLossBefore ?? loss } };
}

function endEpoch({ state, result: { step }, emit }: FinishedStep, evaluation: Evaluation | null): void {
  const trainLoss = state.epochLoss.take();
  if (evaluation === null) return;
  emit({
    type: "epoch-end",
    step,
    epoch: step / state.task.stepsPerEpoch,
    train_loss: trainLoss,
    validation_loss: evaluation.validationLoss,
    metrics: evaluation.metrics,
  });
}

/** The state of early stopping and of the best loss goes into the file, so it is brought up to date first. */
async function checkpoint({ spec, state, emit }: FinishedStep, evaluation: Evaluation): Promise<void> {
  const { step, earlyStopping, plateau } = state;
  const trainLoss = state.recentLoss.take();
  const loss = evaluation.validationLoss ?? trainLoss;
  const metrics: Metrics = { train_loss: trainLoss, ...evaluation.metrics };
  if (evaluation.validationLoss !== null) metrics.validation_loss = evaluation.validationLoss;

  const best = state.best === null || loss < state.best.loss;
  if (best) state.best = { step, loss, metrics };
  earlyStopping.evaluated(loss);
  plateau.evaluated(loss);
  const file = await saveCheckpoint(spec, state, metrics);
  emit({ type: "checkpoint", id: file.id, step, metrics, best, file });
  const { skill } = state.best!.metrics;
  if (step === state.steps && skill !== undefined && skill < 0) {
    const message = `A seasonal naive forecast is better than the model on the hold-out, by ${(-skill * 100).toFixed(1)} %.`;
    emit({ type: "warning", code: "worse_than_naive", message });
  }
  if (earlyStopping.isOver && step < state.steps) {
    const { patience } = spec.training.early_stopping!;
    const message = `No gain in ${patience} evaluations: the run ends at step ${step}; its best checkpoint is that of step ${state.best!.step}.`;
    emit({ type: "warning", code: "stopped_early", message });
  }
}
