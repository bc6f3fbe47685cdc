import { appError } from "../../errors.ts";
import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { Schedule } from "../../schemas/schedule.ts";

/**
 * Learning rate of a step (1 ... steps). Warm-up rises linearly and reaches the full rate at its last step; the schedule
 * counts from there: cosine falls towards 0 at the end of the run, exponential and step multiply by decay_rate over every
 * decay_steps, smoothly or at once. Throws validation_failed where exponential or step lack either.
 */
export function learningRateOf(
  { learning_rate: base, schedule }: Pick<TrainingSettings, "learning_rate" | "schedule">,
  step: number,
  steps: number,
): number {
  const { warmup_steps: warmupSteps } = schedule;
  if (step <= warmupSteps) return (base * step) / warmupSteps;
  return base * decay(schedule, step - 1 - warmupSteps, steps - warmupSteps);
}

/** `done` updates at the full rate lie behind, of `total`. */
function decay(schedule: Schedule, done: number, total: number): number {
  // A plateau is seen by the evaluations: callbacks/plateau.ts gives the rate.
  if (schedule.type === "constant" || schedule.type === "plateau") return 1;
  if (schedule.type === "cosine") return (1 + Math.cos((Math.PI * done) / total)) / 2;
  const { decay_rate: rate, decay_steps: decaySteps } = schedule;
  if (rate === undefined || decaySteps === undefined) {
    const rule = `schedule ${schedule.type} needs decay_rate and decay_steps`;
    throw appError("validation_failed", rule, {
      errors: [{ pointer: "/training/schedule", code: "required", message: rule, value: schedule }],
    });
  }
  const periods = done / decaySteps;
  return rate ** (schedule.type === "step" ? Math.floor(periods) : periods);
}
