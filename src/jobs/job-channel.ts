import { setTimeout as delay } from "node:timers/promises";
import { AppError, appError } from "../errors.ts";
import type { JobEvent, JobEventBody } from "../schemas/events.ts";
import type { JobChange } from "../schemas/job-record.ts";
import type { Logger } from "../workers/logger.ts";
import { type Batch, EventBuffer } from "./event-buffer.ts";
import { EventRing } from "./event-ring.ts";
import type { JobLog } from "./job-log.ts";

export interface ChannelOptions {
  log: JobLog;
  logger: Logger;
  /** Step-ends are stored together, at most this long after they came. */
  flushMs: number;
  /** Wait before an append is tried again. */
  retryMs: (failures: number) => number;
  ringSize: number;
  /** Happenings kept while the log cannot be written. */
  bufferLimit: number;
}

/** The events of one job on their way: numbered, stored, and only then shown. */
export class JobChannel {
  readonly #job: string;
  readonly #options: ChannelOptions;
  readonly #buffer: EventBuffer;
  readonly #ring: EventRing;
  #lastSeq: number;
  #ended = false;
  #closed = false;
  #due = false;
  #writing = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown = null;
  readonly #watchers = new Set<() => void>();

  constructor(job: string, lastSeq: number, options: ChannelOptions) {
    this.#job = job;
    this.#lastSeq = lastSeq;
    this.#options = options;
    this.#buffer = new EventBuffer(options.bufferLimit);
    this.#ring = new EventRing(options.ringSize);
  }

  /** Number of the last stored event. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The job's end is stored: nothing follows. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Why the log cannot be written at the moment; null while it can. */
  get failure(): unknown {
    return this.#failure;
  }

  at(seq: number): JobEvent | undefined {
    return this.#ring.at(seq);
  }

  /** Stored soon, together with what comes about the same time; or at once. */
  publish(event: JobEventBody, change: JobChange | null, atOnce: boolean): void {
    this.#buffer.add({ event, at: now(), change, settle: null });
    if (atOnce) this.#writeAll();
    else this.#timer ??= setTimeout(() => this.#writeAll(), this.#options.flushMs);
  }

  /** Stored at once, after all that came before; resolves when it is. */
  commit(event: JobEventBody | null, change: JobChange | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown) => (error === null ? resolve() : reject(error));
      this.#buffer.add({ event, at: now(), change, settle });
      this.#writeAll();
    });
  }

  /** Calls back at every append that succeeds or fails, until the function returned is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Gives up what cannot be stored. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #writeAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = true;
    if (!this.#writing) void this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#due && !this.#closed) {
      const batch = this.#buffer.takeBatch();
      this.#due = !this.#buffer.isEmpty;
      const events = this.#number(batch);
      const startedMs = performance.now();
      if (events.length > 0 || batch.change !== undefined) await this.#store(events, batch.change);
      if (this.#closed) return this.#giveUp(batch);
      this.#show(events, batch);
      if (this.#failure !== null) this.#recover(performance.now() - startedMs);
    }
    this.#writing = false;
  }

  #number({ happenings }: Batch): JobEvent[] {
    const events: JobEvent[] = [];
    for (const { event, at } of happenings) {
      if (event !== null) events.push({ ...event, seq: this.#lastSeq + events.length + 1, job: this.#job, at });
    }
    return events;
  }

  #show(events: JobEvent[], { happenings }: Batch): void {
    this.#lastSeq += events.length;
    this.#ring.push(events);
    this.#ended ||= events.at(-1)?.type === "job-end";
    for (const { settle } of happenings) settle?.(null);
    this.#tellWatchers();
  }

  #giveUp(batch: Batch): void {
    const lost = [...batch.happenings];
    while (!this.#buffer.isEmpty) lost.push(...this.#buffer.takeBatch().happenings);
    for (const { settle } of lost)
      settle?.(this.#failure ?? appError("internal", `the log of job ${this.#job} is closed`));
  }

  async #store(events: JobEvent[], change: JobChange | undefined): Promise<void> {
    for (let failures = 0; !this.#closed; failures += 1) {
      try {
        if (failures > 0 && (await this.#isStored(events))) break;
        await this.#options.log.append(this.#job, events, change);
        break;
      } catch (error) {
        this.#fail(error, failures);
        await delay(this.#options.retryMs(failures), undefined, { ref: false });
      }
    }
  }

  /** An append that failed may have been committed all the same. */
  async #isStored(events: JobEvent[]): Promise<boolean> {
    const last = events.at(-1)?.seq;
    return last !== undefined && (await this.#options.log.record(this.#job)).lastSeq >= last;
  }

  #fail(error: unknown, failures: number): void {
    this.#failure = error;
    const fields = { job: this.#job, failures: failures + 1, err: error };
    this.#options.logger.error(fields, "the log of a job cannot be written; its events wait in memory");
    // The job was deleted: there is nothing to come back to.
    if (error instanceof AppError && error.code === "job_not_found") this.close();
    this.#tellWatchers();
  }

  #recover(awayMs: number): void {
    const code = this.#failure instanceof AppError ? this.#failure.code : "internal";
    const thinned = this.#buffer.takeThinned();
    const given = thinned === 0 ? "" : `; ${thinned} step-end events had to be given up`;
    const message = `the event log could not be written for ${(awayMs / 1000).toFixed(1)} s (${code})${given}`;
    this.#failure = null;
    this.#options.logger.warn({ job: this.#job }, message);
    if (this.#ended) return;
    const event = { type: "warning", code: "log_delayed", message } as const;
    // In front: a job-end may be waiting, and nothing comes after that.
    this.#buffer.addFirst({ event, at: now(), change: null, settle: null });
    this.#due = true;
  }

  #tellWatchers(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function now(): string {
  return new Date().toISOString();
}
