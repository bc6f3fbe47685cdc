import type { TrainingRequest } from "../schemas/jobs.ts";
import type { Task } from "../schemas/models.ts";
import type { Schedule } from "../schemas/schedule.ts";
import type { TrainingFaults } from "./training-faults.ts";

/** Share of a forecaster's steps that the learning rate takes to rise, where nothing else is asked for. */
const WARMUP_SHARE = 0.1;
const PLATEAU = { factor: 0.5, patience: 2, min_delta: 0, cooldown: 0, min_learning_rate: 0 };
const DECAY = { decay_rate: "0.5 halves the learning rate each time", decay_steps: "the steps between two decays" };

/** `steps`: null where the data decide how many there are. */
export function resolveSchedule(
  request: TrainingRequest,
  { task, steps, learningRate }: { task: Task; steps: number | null; learningRate: number },
  faults: TrainingFaults,
): Schedule {
  const { schedule } = request;
  if (schedule === undefined) {
    if (task !== "forecast") return { type: "constant", warmup_steps: 0 };
    return { type: "cosine", warmup_steps: Math.floor(WARMUP_SHARE * (steps ?? 0)) };
  }
  const { warmup_steps: warmup = 0, type = "constant" } = schedule;
  checkDecay({ ...schedule, type }, faults);
  if (steps !== null && warmup >= steps) {
    const message = `expected warmup_steps below the ${steps} steps of the run, got ${warmup}`;
    const allowed = { maximum: steps - 1 };
    faults.add("schedule/warmup_steps", "out_of_range", message, { value: warmup, allowed });
  }
  if (type !== "plateau") return { ...schedule, type, warmup_steps: warmup };
  const plateau = { ...PLATEAU, ...schedule, type, warmup_steps: warmup };
  checkPlateau(plateau, { request, learningRate }, faults);
  return plateau;
}

/** Fields that the schedule lacks, and those that mean nothing for it. */
function checkDecay(schedule: Schedule, faults: TrainingFaults): void {
  const { type } = schedule;
  const decays = type === "exponential" || type === "step";
  for (const [field, hint] of Object.entries(DECAY)) {
    if (decays && schedule[field as keyof typeof DECAY] === undefined) {
      faults.add(`schedule/${field}`, "required", `expected ${field} with a schedule of type ${type}`, { hint });
    }
  }
  const others = [...(decays ? [] : Object.keys(DECAY)), ...(type === "plateau" ? [] : Object.keys(PLATEAU))];
  for (const field of others) {
    const value = schedule[field as keyof Schedule];
    if (value === undefined) continue;
    const hint = `take ${field in DECAY ? "exponential or step" : "plateau"}`;
    const message = `${field} means nothing for a schedule of type ${type}`;
    faults.add(`schedule/${field}`, "not_applicable", message, { value, hint });
  }
}

function checkPlateau(
  plateau: Schedule & typeof PLATEAU,
  { request, learningRate }: { request: TrainingRequest; learningRate: number },
  faults: TrainingFaults,
): void {
  const { patience, min_delta: delta, min_learning_rate: least } = plateau;
  if (least >= learningRate) {
    const message = `expected min_learning_rate below the learning_rate ${learningRate}, got ${least}: it would never fall`;
    faults.add("schedule/min_learning_rate", "out_of_range", message, { value: least });
  }
  const { early_stopping: stopping } = request;
  if (stopping && stopping.patience <= patience && (stopping.min_delta ?? 0) >= delta) {
    const message = `early_stopping ends the run after ${stopping.patience} evaluations without a gain, before the learning rate falls after ${patience}`;
    faults.add("schedule/patience", "conflict", message, {
      value: patience,
      allowed: { maximum: stopping.patience - 1 },
    });
  }
}
