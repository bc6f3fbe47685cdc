import { appError } from "../errors.ts";
import type { Job } from "../schemas/jobs.ts";
import type { Logger } from "../workers/logger.ts";
import { type ActiveJob, toActiveJob } from "./active-job.ts";
import type { EventHub } from "./event-hub.ts";
import type { JobLog } from "./job-log.ts";
import type { JobMoves } from "./job-moves.ts";
import type { JobRunner } from "./job-runner.ts";
import { isEnded } from "./job-states.ts";
import type { JobQueue } from "./queue.ts";
import { resolveTraining } from "./resolve-training.ts";
import type { TrainingSlots } from "./training-slots.ts";

export interface RunnerParts {
  log: JobLog;
  hub: EventHub;
  queue: JobQueue;
  moves: JobMoves;
  places: TrainingSlots;
  jobs: Map<string, ActiveJob>;
  slots: number;
  maxQueued: number;
  logger: Logger;
  /** Longest drain: a log that cannot be written does not keep the server from ending. */
  drainMs: number;
}

const BUSY_RETRY_SECONDS = 30;

/** What callers may ask of jobs; see JobRunner for the promises. */
export class Runner implements JobRunner {
  readonly #parts: RunnerParts;
  #submitting = 0;
  #draining = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { log, places, logger } = this.#parts;
    const left = await log.unfinished();
    const interrupted = left.filter((job) => job.status === "running");
    for (const job of [...interrupted, ...left.filter((other) => other.status === "queued")]) {
      // One job that cannot be read must not keep the server from its start.
      await this.#takeBack(job).catch((error: unknown) => {
        logger.error(
          { job: job.id, err: error },
          "a job could not be taken back into the queue; the next start tries again",
        );
      });
    }
    places.fill();
  }

  async submit(request: Parameters<JobRunner["submit"]>[0]): Promise<Job> {
    const { model, dataset } = request;
    const { log, hub, queue, places, jobs } = this.#parts;
    const wanted = model.task === "forecast" ? "series" : model.task;
    if (dataset.kind !== wanted) {
      const detail = `expected a dataset of kind ${wanted} for a model of task ${model.task}, got one of kind ${dataset.kind}`;
      throw appError("model_task_mismatch", detail);
    }
    const settings = resolveTraining(request);
    this.#expectRoom();
    this.#submitting += 1;
    const job = await log.create({ model: model.id, dataset: dataset.id, training: settings }).finally(() => {
      this.#submitting -= 1;
    });
    hub.open(job.id, 0);
    const active = toActiveJob(job);
    jobs.set(job.id, active);
    try {
      await this.#soon(active, this.#firstEvent(active, queue.push(job.id)));
      return await this.get(job.id);
    } finally {
      places.fill();
    }
  }

  async get(id: string): Promise<Job> {
    const job = await this.#parts.log.get(id);
    return { ...job, queue_position: job.status === "queued" ? this.queuePosition(id) : null };
  }

  async cancel(id: string): Promise<Job> {
    const job = await this.#load(id, "cancelled");
    return this.#carryOut(job, this.#cancel(job));
  }

  async pause(id: string): Promise<Job> {
    const job = await this.#load(id, "paused");
    if (job.status === "paused") throw stateError(job, "paused");
    return this.#carryOut(job, this.#pause(job));
  }

  async resume(id: string): Promise<Job> {
    const job = await this.#load(id, "resumed");
    if (job.status !== "paused") throw stateError(job, "resumed");
    return this.#carryOut(job, this.#resume(job));
  }

  queuePosition(id: string): number | null {
    return this.#parts.queue.position(id);
  }

  events(...[job, after, signal]: Parameters<JobRunner["events"]>): ReturnType<JobRunner["events"]> {
    return this.#parts.hub.events(job, after, signal);
  }

  async wait(id: string, timeoutMs: number): Promise<Job> {
    const job = await this.get(id);
    if (isEnded(job.status) || timeoutMs <= 0) return job;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), timeoutMs);
    await this.#parts.hub.untilEnd(id, over.signal).finally(() => clearTimeout(timer));
    return this.get(id);
  }

  counts(): ReturnType<JobRunner["counts"]> {
    const { queue, places, slots } = this.#parts;
    return { queued: queue.length, running: places.running, slots };
  }

  async drain(): Promise<void> {
    const { places, hub, drainMs, logger } = this.#parts;
    this.#draining = true;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        logger.error({ running: places.running }, "some jobs could not be put back in time; the next start does");
        resolve();
      }, drainMs);
    });
    await Promise.race([places.drain(), tooLong]).finally(() => clearTimeout(timer));
    hub.close();
  }

  async #takeBack(job: Job): Promise<void> {
    const { log, hub, queue, moves, jobs } = this.#parts;
    const { lastSeq, latestCheckpoint } = await log.record(job.id);
    const active = { ...toActiveJob(job), checkpointStep: latestCheckpoint?.step ?? null };
    hub.open(job.id, lastSeq);
    jobs.set(job.id, active);
    const position = queue.push(job.id);
    if (job.status === "running") await this.#soon(active, moves.queue(active, "server-lost", position));
    // The process ended between the row and its first event.
    else if (lastSeq === 0) await this.#soon(active, this.#firstEvent(active, position));
  }

  #firstEvent({ id }: ActiveJob, position: number): Promise<void> {
    return this.#parts.hub.commit(id, { type: "job-queued", position, reason: "submitted" });
  }

  /** The row is on disk: the job is accepted, even if its event has to wait for the log. */
  async #soon({ id }: ActiveJob, stored: Promise<void>): Promise<void> {
    const { hub, logger } = this.#parts;
    await hub.whileLogWorks(id, stored).catch((error: unknown) => {
      logger.warn({ job: id, err: error }, "an event of a job waits for the log");
    });
  }

  async #cancel(job: ActiveJob): Promise<void> {
    const { queue, moves } = this.#parts;
    while (job.turn !== null) await this.#endTurn(job, "cancel");
    if (job.status === "cancelled") return job.stored;
    if (isEnded(job.status)) throw stateError(job, "cancelled");
    queue.remove(job.id);
    return moves.end(job, "cancelled");
  }

  async #pause(job: ActiveJob): Promise<void> {
    const { queue, moves } = this.#parts;
    while (job.turn !== null) await this.#endTurn(job, "pause");
    if (job.status === "paused") return job.stored;
    if (isEnded(job.status)) throw stateError(job, "paused");
    queue.remove(job.id);
    return moves.pause(job, job.checkpointStep ?? 0);
  }

  async #resume(job: ActiveJob): Promise<void> {
    const { queue, moves, places } = this.#parts;
    // Paused as it is, the job keeps its slot until that is stored.
    while (job.turn !== null && job.status === "paused") await job.turn;
    if (job.status !== "paused") throw stateError(job, "resumed");
    this.#expectRoom();
    job.losses = 0;
    const stored = moves.queue(job, "resumed", queue.push(job.id));
    places.fill();
    return stored;
  }

  /** Callers look again: the run may have ended by itself, and somebody else may have had the job taken up anew. */
  async #endTurn(job: ActiveJob, reason: "cancel" | "pause"): Promise<void> {
    if (job.stop === "cancel" && reason === "pause") throw stateError({ ...job, status: "cancelled" }, "paused");
    this.#parts.places.stop(job, reason);
    await job.turn;
  }

  async #carryOut(job: ActiveJob, work: Promise<void>): Promise<Job> {
    await this.#parts.hub.whileLogWorks(job.id, work);
    return this.get(job.id);
  }

  /** The job, where it has not ended; read from the log if it was paused before this process began. */
  async #load(id: string, verb: string): Promise<ActiveJob> {
    const { log, hub, jobs } = this.#parts;
    if (!jobs.has(id)) {
      const job = await log.get(id);
      if (isEnded(job.status) || (await hub.find(id)) === null) throw stateError(await log.get(id), verb);
      // Somebody else may have loaded it meanwhile.
      if (!jobs.has(id)) jobs.set(id, toActiveJob(job));
    }
    const active = jobs.get(id)!;
    if (isEnded(active.status)) throw stateError(active, verb);
    return active;
  }

  #expectRoom(): void {
    const { queue, maxQueued } = this.#parts;
    if (this.#draining) throw appError("server_draining", "the server is shutting down and takes no more jobs");
    if (queue.length + this.#submitting < maxQueued) return;
    const detail = `expected fewer than ${maxQueued} waiting jobs, got ${queue.length}`;
    throw appError("server_busy", detail, { retryAfterSeconds: BUSY_RETRY_SECONDS });
  }
}

function stateError({ id, status }: Pick<Job, "id" | "status">, verb: string) {
  return appError("job_state", `a job that is ${status} cannot be ${verb}: ${id}`);
}
