import { appError } from "../errors.ts";
import type { JobEvent, JobEventBody } from "../schemas/events.ts";
import type { JobChange } from "../schemas/job-record.ts";
import { type ChannelOptions, JobChannel } from "./job-channel.ts";
import { isEnded } from "./job-states.ts";

/** A page of a replay: what one slow reader may hold in memory. */
const PAGE_SIZE = 200;

export interface Publication {
  event: JobEventBody;
  change: JobChange | null;
  atOnce: boolean;
}

/** Numbers the events of every job, stores them, and hands them to whoever listens: the log and what is sent never differ. */
export class EventHub {
  readonly #options: ChannelOptions;
  readonly #channels = new Map<string, JobChannel>();
  readonly #opening = new Map<string, Promise<JobChannel | null>>();

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** For a job that begins, or goes on, in this process; lastSeq is the number of its last stored event. */
  open(job: string, lastSeq: number): void {
    if (!this.#channels.has(job)) this.#channels.set(job, new JobChannel(job, lastSeq, this.#options));
  }

  /** The channel of a job, opened from the log where needed; null for a job that has ended. */
  async find(job: string): Promise<JobChannel | null> {
    const open = this.#channels.get(job);
    if (open !== undefined) return open;
    // One opening at a time: two channels of a job would number its events twice.
    const opening = this.#opening.get(job) ?? this.#openFromLog(job);
    this.#opening.set(job, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(job);
    }
  }

  /** Stored within a tenth of a second, many in one append: for what comes often; or at once. */
  publish(job: string, { event, change, atOnce }: Publication): void {
    this.#channel(job).publish(event, change, atOnce);
  }

  /** Stored at once, event and change together; resolves when it is, however long the log takes. */
  async commit(job: string, event: JobEventBody | null, change: JobChange | null = null): Promise<void> {
    const channel = this.#channel(job);
    await channel.commit(event, change);
    if (channel.ended) this.#channels.delete(job);
  }

  /** The work's result; rejects as soon as the job's log cannot be written, with the reason. The work goes on. */
  whileLogWorks<T>(job: string, work: Promise<T>): Promise<T> {
    const channel = this.#channels.get(job);
    if (channel === undefined) return work;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (channel.failure !== null) reject(channel.failure);
      };
      const unwatch = channel.watch(look);
      work.then(resolve, reject).finally(unwatch);
      look();
    });
  }

  /** Resolves when the job's end is stored, or the signal aborts. Throws job_not_found. */
  async untilEnd(job: string, signal: AbortSignal): Promise<void> {
    const channel = await this.find(job);
    while (channel !== null && !channel.ended && !signal.aborted) await changed(channel, signal);
  }

  /** A cursor: stored events after `after`, then new ones as they are stored; the last is job-end. Throws job_not_found. */
  async *events(job: string, after: number, signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    let next = after + 1;
    while (!signal.aborted) {
      const channel = this.#channels.get(job);
      const live = channel?.at(next);
      if (live !== undefined) {
        next += 1;
        yield live;
        if (live.type === "job-end") return;
      } else if (channel !== undefined && next > channel.lastSeq) {
        await changed(channel, signal);
      } else {
        const page = await this.#options.log.events(job, next - 1, PAGE_SIZE);
        for (const event of page) {
          if (signal.aborted) return;
          next = event.seq + 1;
          yield event;
          if (event.type === "job-end") return;
        }
        if (page.length === 0 && channel !== undefined)
          throw appError("internal", `event ${next} of job ${job} is missing`);
        if (page.length === 0 && (await this.find(job)) === null) return;
      }
    }
  }

  /** Gives up what cannot be stored. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #channel(job: string): JobChannel {
    const channel = this.#channels.get(job);
    if (channel === undefined) throw appError("internal", `job ${job} is not open in the event hub`);
    return channel;
  }

  async #openFromLog(job: string): Promise<JobChannel | null> {
    const { status } = await this.#options.log.get(job);
    if (isEnded(status)) return null;
    this.open(job, (await this.#options.log.record(job)).lastSeq);
    return this.#channel(job);
  }
}

function changed(channel: JobChannel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      unwatch();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const unwatch = channel.watch(done);
    signal.addEventListener("abort", done);
  });
}
