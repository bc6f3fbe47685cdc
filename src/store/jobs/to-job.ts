import type { Metrics } from "../../schemas/common.ts";
import type { Checkpoint, Job, JobError, JobStatus, Progress, TrainingSettings } from "../../schemas/jobs.ts";
import type { CheckpointModel, JobModel } from "../generated/models.ts";

/** A job in one of these may still write; its model and its dataset stay. */
export const unfinishedStatuses: readonly string[] = ["queued", "running", "paused"] satisfies JobStatus[];

/** The place in the queue is the runner's to say. */
export function toJob(row: JobModel): Job {
  return {
    id: row.id,
    object: "job",
    status: row.status as JobStatus,
    model: row.modelId,
    dataset: row.datasetId,
    training: row.training as TrainingSettings,
    progress: row.progress as Progress,
    queue_position: null,
    attempt: row.attempt,
    metrics: row.metrics as Metrics,
    error: row.error as JobError | null,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

export function toCheckpoint(row: CheckpointModel & { job: { modelId: string } }): Checkpoint {
  return {
    id: row.id,
    object: "checkpoint",
    job: row.jobId,
    model: row.job.modelId,
    step: row.step,
    metrics: row.metrics as Metrics,
    best: row.best,
    latest: row.latest,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    created_at: row.createdAt.toISOString(),
  };
}
