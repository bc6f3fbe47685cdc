import type { Schedule, TrainingRequest } from "../schemas/jobs.ts";
import type { Task } from "../schemas/models.ts";
import type { TrainingFaults } from "./training-faults.ts";

/** Share of a forecaster's steps that the learning rate takes to rise, where nothing else is asked for. */
const WARMUP_SHARE = 0.1;
const decaying: readonly Schedule["type"][] = ["exponential", "step"];

/** `steps`: null where the data decide how many there are. */
export function resolveSchedule(
  { schedule }: TrainingRequest,
  { task, steps }: { task: Task; steps: number | null },
  faults: TrainingFaults,
): Schedule {
  if (schedule === undefined) {
    if (task !== "forecast") return { type: "constant", warmup_steps: 0 };
    return { type: "cosine", warmup_steps: Math.floor(WARMUP_SHARE * (steps ?? 0)) };
  }
  checkDecay(schedule, faults);
  const { warmup_steps: warmup = 0, type = "constant" } = schedule;
  if (steps !== null && warmup >= steps) {
    const message = `expected warmup_steps below the ${steps} steps of the run, got ${warmup}`;
    const allowed = { maximum: steps - 1 };
    faults.add("schedule/warmup_steps", "out_of_range", message, { value: warmup, allowed });
  }
  return { ...schedule, type, warmup_steps: warmup };
}

function checkDecay({ type, ...schedule }: Schedule, faults: TrainingFaults): void {
  for (const field of ["decay_rate", "decay_steps"] as const) {
    const value = schedule[field];
    if (decaying.includes(type) && value === undefined) {
      const hint = field === "decay_rate" ? "0.5 halves the learning rate each time" : "the steps between two decays";
      faults.add(`schedule/${field}`, "required", `expected ${field} with a schedule of type ${type}`, { hint });
    } else if (!decaying.includes(type) && value !== undefined) {
      const message = `${field} means nothing for a schedule of type ${type}`;
      faults.add(`schedule/${field}`, "not_applicable", message, { value, hint: `take ${decaying.join(" or ")}` });
    }
  }
}
