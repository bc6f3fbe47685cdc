import { createJobRunner, type JobRunnerOptions } from "../../src/jobs/create-job-runner.ts";
import type { JobRunner } from "../../src/jobs/job-runner.ts";
import type { Dataset } from "../../src/schemas/datasets.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Job, TrainingRequest } from "../../src/schemas/jobs.ts";
import type { Model } from "../../src/schemas/models.ts";
import type { Logger } from "../../src/workers/logger.ts";
import { architectureOf } from "../architecture.ts";
import { MemoryJobLog, textSummary } from "./memory-job-log.ts";
import { ScriptedTrainers } from "./scripted-trainers.ts";

const ignore = () => undefined;
export const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const stamps = { created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" };
export const textModel: Model = {
  ...{ id: "mdl_1", object: "model", name: "text", task: "text", status: "untrained", ...stamps },
  architecture: architectureOf({ units: 8 }),
  ...{
    forecast: null,
    sequence: null,
    text: null,
    parameter_count: null,
    checkpoint: null,
    metrics: {},
    versions: [],
    tags: [],
  },
};
export const textDataset: Dataset = {
  ...{ id: "ds_1", object: "dataset", name: "text", kind: "text", bytes: 100_000, sha256: "", warnings: [] },
  ...{ summary: textSummary, created_at: stamps.created_at },
};

export interface Room {
  runner: JobRunner;
  log: MemoryJobLog;
  trainers: ScriptedTrainers;
  submit(training?: TrainingRequest): Promise<Job>;
}

/** A runner over a log in memory and trainers that follow the test's script. */
export function openRoom(options: Partial<JobRunnerOptions> & { log?: MemoryJobLog } = {}): Room {
  const log = options.log ?? new MemoryJobLog();
  const trainers = new ScriptedTrainers();
  const timing = { flushMs: 5, retryMs: () => 1, retryDelayMs: () => 1, ...options.timing };
  const given = { startTrainer: trainers.start, slots: 1, maxQueued: 100, logger: silent, ...options };
  const runner = createJobRunner({ ...given, log, timing });
  const submit = (training: TrainingRequest = { steps: 100 }) =>
    runner.submit({ model: textModel, dataset: textDataset, training });
  return { runner, log, trainers, submit };
}

export async function collect(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const all: JobEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The first event that fits, as a subscriber sees it. */
export async function firstEvent(
  { runner }: Pick<Room, "runner">,
  job: string,
  fits: (event: JobEvent) => boolean,
): Promise<JobEvent> {
  const found = new AbortController();
  for await (const event of runner.events(job, 0, found.signal)) {
    if (fits(event)) return event;
  }
  throw new Error("the job ended without such an event");
}

export const never = new AbortController().signal;
