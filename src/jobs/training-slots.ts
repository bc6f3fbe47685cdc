import { AppError, toErrorMessage } from "../errors.ts";
import type { JobRecord } from "../schemas/job-record.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import type { Logger } from "../workers/logger.ts";
import type { StartTrainer, TrainerEnd } from "../workers/trainer-run.ts";
import type { ActiveJob } from "./active-job.ts";
import type { EventHub } from "./event-hub.ts";
import type { JobLog } from "./job-log.ts";
import type { JobMoves } from "./job-moves.ts";
import { judgeRun, type StopReason, type Verdict } from "./judge-run.ts";
import { publishTrainingEvent } from "./publish-training-event.ts";
import type { JobQueue } from "./queue.ts";

export interface SlotOptions {
  log: JobLog;
  hub: EventHub;
  queue: JobQueue;
  moves: JobMoves;
  jobs: Map<string, ActiveJob>;
  startTrainer: StartTrainer;
  slots: number;
  logger: Logger;
  /** How long a run that was asked to stop may take before its process is killed. */
  graceMs: Record<StopReason, number>;
  /** Wait before a job whose run was lost is taken up again. */
  retryDelayMs: (losses: number) => number;
}

/** The places where jobs train: each takes the next job of the queue, has it run, and settles what becomes of it. */
export class TrainingSlots {
  readonly #options: SlotOptions;
  readonly #taken = new Set<ActiveJob>();
  readonly #holds = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#taken.size;
  }

  /** Takes jobs from the queue as long as there is a slot for one. */
  fill(): void {
    const { queue, jobs, slots } = this.#options;
    while (!this.#closed && this.#taken.size < slots) {
      const id = queue.take();
      if (id === null) return;
      const job = jobs.get(id)!;
      this.#taken.add(job);
      // What came too late for its last turn: whoever asked has seen to it by now, or asks again.
      job.stop = null;
      job.turn = this.#turn(job).then(() => {
        job.turn = null;
        this.#taken.delete(job);
        this.fill();
      });
    }
  }

  /** Asks the run for its end; its turn resolves when the job has got there. A cancellation is never taken back. */
  stop(job: ActiveJob, reason: StopReason): void {
    if (job.stop !== "cancel") job.stop = reason;
    this.#tellRun(job, job.stop);
  }

  #tellRun({ run, stop }: ActiveJob, patience: StopReason): void {
    run?.stop(stop === "cancel" ? "cancel" : "suspend", this.#options.graceMs[patience]);
  }

  /** Takes no more jobs; resolves when every run has ended and its job is back in the queue. */
  async drain(): Promise<void> {
    this.#closed = true;
    for (const hold of this.#holds) clearTimeout(hold);
    const turns = Array.from(this.#taken, (job) => {
      // What was asked before stays asked, but there is no more time for it than for the rest.
      job.stop ??= "drain";
      this.#tellRun(job, job.stop === "cancel" ? "cancel" : "drain");
      return job.turn;
    });
    await Promise.all(turns);
  }

  /** Never rejects: what goes wrong here is the job's fate, or the log's. */
  async #turn(job: ActiveJob): Promise<void> {
    const { log, moves, logger, jobs } = this.#options;
    try {
      const record = await log.record(job.id).catch((error: unknown) => this.#unreadable(job, error));
      if (record === null) return;
      job.checkpointStep = record.latestCheckpoint?.step ?? null;
      await moves.run(job);
      const end = job.stop === null ? await this.#run(job, record) : stoppedBeforeStart(record);
      job.run = null;
      const { stop } = job;
      job.stop = null;
      await this.#settle(job, judgeRun(end, stop, job.losses), end);
    } catch (error) {
      jobs.delete(job.id);
      logger.error({ job: job.id, err: error }, "a job was given up: what became of it could not be stored");
    }
  }

  async #run(job: ActiveJob, record: JobRecord): Promise<TrainerEnd> {
    const { startTrainer, hub, logger } = this.#options;
    const spec = specOf(job, record);
    try {
      job.run = startTrainer(spec, (event) => publishTrainingEvent(hub, job, event));
    } catch (error) {
      return { type: "error", error: toErrorMessage(error) };
    }
    const end = await job.run.ended;
    if (end.type === "error")
      logger.warn({ job: job.id, attempt: job.attempt, err: end.error }, "a training run failed");
    return end;
  }

  async #settle(job: ActiveJob, verdict: Verdict, end: TrainerEnd): Promise<void> {
    const { moves, hub, queue } = this.#options;
    switch (verdict.to) {
      case "succeeded":
        // The engine's own word on its best checkpoint, which may be older than this run.
        if (Object.keys(verdict.metrics).length > 0) job.metrics = verdict.metrics;
        return moves.end(job, "succeeded");
      case "failed":
        return moves.end(job, "failed", verdict.error);
      case "cancelled":
        return moves.end(job, "cancelled");
      case "paused":
        return moves.pause(job, end.type === "outcome" ? end.outcome.step : (job.checkpointStep ?? 0));
      case "queued": {
        const { cause, reason } = verdict;
        if (cause !== null) {
          job.losses += 1;
          const event = { type: "warning", code: cause.code, message: cause.detail } as const;
          hub.publish(job.id, { event, change: null, atOnce: false });
        }
        await moves.queue(job, reason, 1);
        queue.pushFront(job.id, { held: cause !== null });
        if (cause !== null) this.#hold(job, this.#options.retryDelayMs(job.losses));
      }
    }
  }

  /** The job cannot be read: for good, where something it needs is gone; else it is tried again. */
  async #unreadable(job: ActiveJob, error: unknown): Promise<null> {
    const { moves, logger, queue } = this.#options;
    logger.error({ job: job.id, err: error }, "a job could not be read from the log");
    if (error instanceof AppError && error.code.endsWith("_not_found")) {
      await moves.end(job, "failed", { code: error.code, detail: error.message });
    } else {
      queue.pushFront(job.id, { held: true });
      this.#hold(job, this.#options.retryDelayMs(1));
    }
    return null;
  }

  #hold(job: ActiveJob, delayMs: number): void {
    const hold = setTimeout(() => {
      this.#holds.delete(hold);
      this.#options.queue.release(job.id);
      this.fill();
    }, delayMs);
    this.#holds.add(hold);
  }
}

function specOf(job: ActiveJob, record: JobRecord): TrainingSpec {
  const { task, architecture, forecast, sequence, text, dataset, checkpointFolder, latestCheckpoint, reportedStep } =
    record;
  const { id, model, attempt, training } = job;
  const resumeFrom = latestCheckpoint?.path ?? null;
  const run = { job: id, model, attempt, training, resumeFrom, reportedStep, origin: record.origin ?? null };
  return { ...run, task, architecture, forecast, sequence, text: text ?? null, dataset, checkpointFolder };
}

function stoppedBeforeStart(record: JobRecord): TrainerEnd {
  return { type: "outcome", outcome: { status: "stopped", step: record.latestCheckpoint?.step ?? 0 } };
}
