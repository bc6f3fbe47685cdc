import type { JobEventBody } from "../schemas/events.ts";
import type { JobChange } from "../schemas/job-record.ts";
import type { JobError, JobStatus } from "../schemas/jobs.ts";
import type { ActiveJob } from "./active-job.ts";
import type { EventHub } from "./event-hub.ts";
import { atRest } from "./job-progress.ts";
import { expectTransition } from "./job-states.ts";

type QueuedReason = Extract<JobEventBody, { type: "job-queued" }>["reason"];
type Ended = Extract<JobStatus, "succeeded" | "failed" | "cancelled">;

/** The moves of a job from state to state: each one append, event and change together. All resolve when it is stored. */
export class JobMoves {
  readonly #hub: EventHub;
  /** Jobs that have not ended, by id; one that ends leaves. */
  readonly #jobs: Map<string, ActiveJob>;

  constructor(hub: EventHub, jobs: Map<string, ActiveJob>) {
    this.#hub = hub;
    this.#jobs = jobs;
  }

  /** No event: job-start says so, with the figures, when the trainer has read the data. */
  run(job: ActiveJob): Promise<void> {
    job.attempt += 1;
    job.started_at ??= new Date().toISOString();
    return this.#move(job, "running", { event: null, change: { attempt: job.attempt, startedAt: job.started_at } });
  }

  queue(job: ActiveJob, reason: QueuedReason, position: number): Promise<void> {
    job.progress = atRest(job.progress);
    const event = { type: "job-queued", position, reason } as const;
    return this.#move(job, "queued", { event, change: { progress: job.progress } });
  }

  /** `step`: where a resumed run will go on. */
  pause(job: ActiveJob, step: number): Promise<void> {
    job.progress = { ...atRest(job.progress), step };
    return this.#move(job, "paused", { event: { type: "job-paused", step }, change: { progress: job.progress } });
  }

  async end(job: ActiveJob, status: Ended, error: JobError | null = null): Promise<void> {
    const finishedAt = new Date();
    const duration = job.started_at === null ? 0 : finishedAt.getTime() - Date.parse(job.started_at);
    job.progress = status === "succeeded" ? { ...job.progress, eta_ms: 0 } : atRest(job.progress);
    const { metrics, progress } = job;
    const change: JobChange = { error, metrics, progress, finishedAt: finishedAt.toISOString() };
    if (status === "succeeded" && job.checkpointStep !== null) change.newVersion = true;
    const event = { type: "job-end", status, error, metrics, duration_ms: Math.max(0, duration) } as const;
    await this.#move(job, status, { event, change });
    this.#jobs.delete(job.id);
  }

  #move(
    job: ActiveJob,
    status: JobStatus,
    { event, change }: { event: JobEventBody | null; change: JobChange },
  ): Promise<void> {
    expectTransition(job.id, job.status, status);
    job.status = status;
    job.stored = this.#hub.commit(job.id, event, { ...change, status });
    return job.stored;
  }
}
