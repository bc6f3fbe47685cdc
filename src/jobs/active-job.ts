import type { Job } from "../schemas/jobs.ts";
import type { TrainerRun } from "../workers/trainer-run.ts";
import type { StopReason } from "./judge-run.ts";

/** A job that has not ended, as this process works with it; the row in the table follows, append by append. */
export interface ActiveJob
  extends Pick<Job, "id" | "model" | "status" | "training" | "progress" | "metrics" | "attempt" | "started_at"> {
  /** Its time in a slot; resolves when the job has left it and that is stored. null while it waits. */
  turn: Promise<void> | null;
  run: TrainerRun | null;
  /** What it was asked to do, until it has done so. */
  stop: StopReason | null;
  /** Runs lost in a row without a new checkpoint between. */
  losses: number;
  checkpointStep: number | null;
  /** Resolves when its last change of state is stored. */
  stored: Promise<void>;
}

export function toActiveJob(job: Job): ActiveJob {
  const { id, model, status, training, progress, metrics, attempt, started_at } = job;
  const idle = { turn: null, run: null, stop: null, losses: 0, checkpointStep: null, stored: Promise.resolve() };
  return { id, model, status, training, progress, metrics, attempt, started_at, ...idle };
}
