import type { Dataset } from "../schemas/datasets.ts";
import type { JobEvent } from "../schemas/events.ts";
import type { Job, TrainingBody, TrainingPrecision } from "../schemas/jobs.ts";
import type { Model } from "../schemas/models.ts";
import type { Origin } from "../schemas/origin.ts";

export interface SubmittedJob {
  model: Model;
  dataset: Dataset;
  training: TrainingBody;
  /** What training.init_from names. */
  origin?: Origin | null;
  /** What the engine can train in; fp32 alone where left out. */
  precisions?: readonly TrainingPrecision[];
}

/** The life of every job, from the outside. Jobs it returns carry their queue_position. */
export interface JobRunner {
  /** At boot: what was running goes back to the queue, from its last checkpoint. */
  start(): Promise<void>;
  /** Throws validation_failed for settings that mean nothing for the task, model_task_mismatch, server_busy, server_draining. */
  submit(request: SubmittedJob): Promise<Job>;
  get(id: string): Promise<Job>;
  /** These three resolve when the change is stored; throw job_state where the state does not allow it. */
  cancel(id: string): Promise<Job>;
  pause(id: string): Promise<Job>;
  resume(id: string): Promise<Job>;
  queuePosition(id: string): number | null;
  /** Stored events after `after`, then live ones, in order, without gaps; ends after job-end, or when the signal aborts. */
  events(job: string, after: number, signal: AbortSignal): AsyncIterable<JobEvent>;
  /** Resolves when the job has ended or the time is over. */
  wait(id: string, timeoutMs: number): Promise<Job>;
  counts(): { queued: number; running: number; slots: number };
  /** Shutting down: refuses new jobs, has running ones write a checkpoint and go back to the queue, flushes the log. */
  drain(): Promise<void>;
}
