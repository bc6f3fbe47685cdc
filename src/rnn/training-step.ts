import type { Clipping, GradientNorms } from "./optimizers/updater.ts";

export interface StepSituation extends Clipping {
  /** 1 for the first update. */
  step: number;
  /** 0 at the run's start, 1 at its end. */
  progress: number;
  learningRate: number;
}

/**
 * One batch forward and back and one update, again and again; tape-step.ts does it for every task, text/training/native-step.ts in
 * one native call for plain networks over a text.
 */
export interface TrainingStep {
  /** The loss before the update, and the gradient's norms before clipping. Where the global one is not finite, no weight changes. */
  take(situation: StepSituation): GradientNorms & { loss: number };
  /** Brings the task's parameters up to date: before anything reads them. */
  showWeights(): void;
  /** The same for the optimizer and the task's own state: before a checkpoint. */
  showAll(): void;
  dispose(): void;
}
