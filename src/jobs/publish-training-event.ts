import type { JobChange } from "../schemas/job-record.ts";
import type { TrainingEvent } from "../schemas/training-run.ts";
import type { ActiveJob } from "./active-job.ts";
import type { EventHub, Publication } from "./event-hub.ts";
import { advance } from "./job-progress.ts";

/** Passes on what the engine reports, with what it changes in the rows of the job, its model and its checkpoints. */
export function publishTrainingEvent(hub: EventHub, job: ActiveJob, event: TrainingEvent): void {
  const before = job.progress;
  job.progress = advance(before, event);
  if (event.type === "job-start") hub.publish(job.id, started(job, event));
  else if (event.type === "checkpoint") hub.publish(job.id, checkpointed(job, event));
  else {
    const change = job.progress === before ? null : { progress: job.progress };
    hub.publish(job.id, { event, change, atOnce: false });
  }
}

function started(job: ActiveJob, event: Extract<TrainingEvent, { type: "job-start" }>): Publication {
  const { learning_rate = job.training.learning_rate } = event;
  job.training = { ...job.training, steps: event.steps, learning_rate };
  const { parameter_count, forecast } = event;
  const model = forecast === null ? { parameter_count } : { parameter_count, forecast };
  return { event, change: { progress: job.progress, training: job.training, model }, atOnce: true };
}

function checkpointed(job: ActiveJob, { file, ...event }: Extract<TrainingEvent, { type: "checkpoint" }>): Publication {
  job.losses = 0;
  job.checkpointStep = event.step;
  if (event.best) job.metrics = event.metrics;
  const { id, step, metrics, best } = event;
  const { bytes, sha256, path } = file;
  const checkpoint = { id, job: job.id, model: job.model, step, metrics, best, bytes, sha256, path };
  const change: JobChange = { progress: job.progress, metrics: job.metrics, checkpoint };
  return { event, change, atOnce: true };
}
