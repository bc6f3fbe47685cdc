import { appError } from "../errors.ts";
import type { JobStatus } from "../schemas/jobs.ts";

/** Where a job may go from where it is. */
const transitions: Record<JobStatus, readonly JobStatus[]> = {
  queued: ["running", "paused", "failed", "cancelled"],
  running: ["queued", "paused", "succeeded", "failed", "cancelled"],
  paused: ["queued", "cancelled"],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export function isEnded(status: JobStatus): boolean {
  return transitions[status].length === 0;
}

/** Throws internal: a transition that is not in the table is a fault of this room, never of a caller. */
export function expectTransition(job: string, from: JobStatus, to: JobStatus): void {
  if (transitions[from].includes(to)) return;
  throw appError(
    "internal",
    `expected job ${job} to go from ${from} to one of ${transitions[from].join(", ")}, got ${to}`,
  );
}
