import type { TrainingEvent } from "../../schemas/training-run.ts";

export interface StepResult {
  step: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  /** Of each layer. */
  gradientNorms: Record<string, number>;
  /** Of the step alone, without evaluations, samples and checkpoints. */
  durationMs: number;
}

const minimumIntervalMs = 100;

/** Groups steps into step-end events: at most ten a second, besides the first step and those that must not wait. */
export class StepReporter {
  readonly #run: { steps: number; stepsPerEpoch: number; tokensPerStep: number; reportedStep: number };
  readonly #emit: (event: TrainingEvent) => void;
  readonly #startedAt = performance.now();
  #stepsDone = 0;
  #group = { lossSum: 0, steps: 0, durationMs: 0 };
  #lastEventAt = Number.NEGATIVE_INFINITY;

  constructor(
    run: { steps: number; stepsPerEpoch: number; tokensPerStep: number; reportedStep: number },
    emit: (event: TrainingEvent) => void,
  ) {
    this.#run = run;
    this.#emit = emit;
  }

  /** `isDue` reports the group now, whatever the time. Steps that were reported before are passed over. */
  stepEnded({ step, loss, durationMs, ...result }: StepResult, isDue: boolean): void {
    this.#stepsDone += 1;
    if (step <= this.#run.reportedStep) return;

    const { steps, stepsPerEpoch, tokensPerStep } = this.#run;
    const now = performance.now();
    const group = this.#group;
    group.lossSum += loss;
    group.steps += 1;
    group.durationMs += durationMs;
    if (!isDue && now - this.#lastEventAt < minimumIntervalMs) return;

    const seconds = Math.max(group.durationMs, 0.001) / 1000;
    const msPerStep = (now - this.#startedAt) / this.#stepsDone;
    this.#emit({
      type: "step-end",
      step,
      epoch: step / stepsPerEpoch,
      loss: group.lossSum / group.steps,
      learning_rate: result.learningRate,
      gradient_norm: result.gradientNorm,
      gradient_norms: result.gradientNorms,
      tokens_per_second: (group.steps * tokensPerStep) / seconds,
      eta_ms: Math.round(msPerStep * (steps - step)),
    });
    this.#group = { lossSum: 0, steps: 0, durationMs: 0 };
    this.#lastEventAt = now;
  }
}
