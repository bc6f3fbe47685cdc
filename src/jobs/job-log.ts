import type { JobEvent } from "../schemas/events.ts";
import type { JobChange, JobRecord } from "../schemas/job-record.ts";
import type { Job, TrainingSettings } from "../schemas/jobs.ts";

/** The log this room needs; a plugin hands it the store. Every append is one transaction and is on disk when it resolves. */
export interface JobLog {
  create(job: { model: string; dataset: string; training: TrainingSettings }): Promise<Job>;
  get(id: string): Promise<Job>;
  append(job: string, events: JobEvent[], change?: JobChange): Promise<void>;
  events(job: string, after: number, limit: number): Promise<JobEvent[]>;
  record(job: string): Promise<JobRecord>;
  /** Jobs that are queued or running in the table, oldest first: at boot, what the last process left. */
  unfinished(): Promise<Job[]>;
}
