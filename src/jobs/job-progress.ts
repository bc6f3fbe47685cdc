import type { Progress } from "../schemas/jobs.ts";
import type { TrainingEvent } from "../schemas/training-run.ts";

/** The progress after an event of the engine. */
export function advance(progress: Progress, event: TrainingEvent): Progress {
  switch (event.type) {
    case "job-start":
      return { ...atRest(progress), step: event.step, steps: event.steps, epoch: event.step / event.steps_per_epoch };
    case "step-end": {
      const { step, epoch, loss, tokens_per_second, eta_ms } = event;
      return { ...progress, step, epoch, loss, tokens_per_second, eta_ms };
    }
    case "epoch-end":
      return { ...progress, step: event.step, epoch: event.epoch, validation_loss: event.validation_loss };
    case "checkpoint":
      return {
        ...progress,
        step: event.step,
        validation_loss: event.metrics.validation_loss ?? progress.validation_loss,
      };
    default:
      return progress;
  }
}

/** The progress of a job that no trainer works on: it has no speed, and nobody knows when it ends. */
export function atRest(progress: Progress): Progress {
  return { ...progress, tokens_per_second: null, eta_ms: null };
}
