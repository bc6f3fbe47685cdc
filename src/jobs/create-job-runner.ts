import type { Logger } from "../workers/logger.ts";
import type { StartTrainer } from "../workers/trainer-run.ts";
import type { ActiveJob } from "./active-job.ts";
import { EventHub } from "./event-hub.ts";
import type { ChannelOptions } from "./job-channel.ts";
import type { JobLog } from "./job-log.ts";
import { JobMoves } from "./job-moves.ts";
import type { JobRunner } from "./job-runner.ts";
import { JobQueue } from "./queue.ts";
import { Runner, type RunnerParts } from "./runner.ts";
import { type SlotOptions, TrainingSlots } from "./training-slots.ts";

type Timing = Pick<ChannelOptions, "flushMs" | "retryMs" | "ringSize" | "bufferLimit"> &
  Pick<SlotOptions, "graceMs" | "retryDelayMs"> &
  Pick<RunnerParts, "drainMs">;

export interface JobRunnerOptions {
  log: JobLog;
  startTrainer: StartTrainer;
  /** Jobs that train at once. */
  slots: number;
  /** Jobs that may wait. */
  maxQueued: number;
  logger: Logger;
  timing?: Partial<Timing>;
}

const usual: Timing = {
  flushMs: 100,
  retryMs: (failures) => Math.min(5000, 250 * 2 ** failures),
  ringSize: 256,
  bufferLimit: 10_000,
  // A drain has ten seconds in all; a pause may wait for a long batch.
  graceMs: { cancel: 5000, pause: 60_000, drain: 7000 },
  retryDelayMs: (losses) => 250 * 4 ** (losses - 1),
  drainMs: 8500,
};

/** Puts the room together. Call start() before the first request, drain() before the end. */
export function createJobRunner({ log, startTrainer, slots, maxQueued, logger, timing }: JobRunnerOptions): JobRunner {
  const settings = { ...usual, ...timing };
  const hub = new EventHub({ log, logger, ...settings });
  const queue = new JobQueue();
  const jobs = new Map<string, ActiveJob>();
  const moves = new JobMoves(hub, jobs);
  const places = new TrainingSlots({ log, hub, queue, moves, jobs, startTrainer, slots, logger, ...settings });
  return new Runner({ log, hub, queue, moves, places, jobs, slots, maxQueued, logger, drainMs: settings.drainMs });
}
