import { appError } from "../../src/errors.ts";
import type { JobLog } from "../../src/jobs/job-log.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { JobChange, JobRecord } from "../../src/schemas/job-record.ts";
import type { Job, TrainingSettings } from "../../src/schemas/jobs.ts";
import { architectureOf } from "../architecture.ts";

interface Row {
  job: Job;
  events: JobEvent[];
  checkpoints: NonNullable<JobChange["checkpoint"]>[];
  versions: number;
  changes: JobChange[];
}

/** A job log without a disk; its appends can be held back or made to fail. Survives the runner, as a database survives a server. */
export class MemoryJobLog implements JobLog {
  readonly rows: Map<string, Row>;
  /** Its process was killed: nothing it still wants to write arrives. */
  dead = false;
  /** Number of events in each append. */
  readonly appends: number[] = [];
  /** Appends that are to fail, and why. */
  failures: Error[] = [];
  /** The next append is stored, and fails all the same. */
  failAfterStoring = false;
  /** Called when an append comes to a closed gate. */
  onHeld: () => void = () => undefined;
  #gate: Promise<void> | null = null;
  #open: () => void = () => undefined;

  constructor(rows = new Map<string, Row>()) {
    this.rows = rows;
  }

  /** Appends wait until release(). */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  release(): void {
    this.#open();
    this.#gate = null;
  }

  async create({
    model,
    dataset,
    training,
  }: {
    model: string;
    dataset: string;
    training: TrainingSettings;
  }): Promise<Job> {
    const id = `job_${this.rows.size + 1}`;
    const job: Job = {
      ...{ id, object: "job", status: "queued", model, dataset, training, attempt: 0, metrics: {}, error: null },
      progress: {
        step: 0,
        steps: training.steps,
        epoch: 0,
        loss: null,
        validation_loss: null,
        tokens_per_second: null,
        eta_ms: null,
      },
      ...{ queue_position: null, created_at: new Date().toISOString(), started_at: null, finished_at: null },
    };
    this.rows.set(id, { job, events: [], checkpoints: [], versions: 0, changes: [] });
    return structuredClone(job);
  }

  async get(id: string): Promise<Job> {
    return structuredClone(this.row(id).job);
  }

  async append(id: string, events: JobEvent[], change: JobChange = {}): Promise<void> {
    if (this.#gate !== null) {
      this.onHeld();
      await this.#gate;
    }
    if (this.dead) return new Promise(() => undefined);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const row = this.row(id);
    for (const event of events) {
      if (event.seq !== row.events.length + 1)
        throw new Error(`expected event ${row.events.length + 1}, got ${event.seq}`);
      if (row.events.at(-1)?.type === "job-end") throw new Error("an event after the end");
      row.events.push(structuredClone(event));
    }
    this.appends.push(events.length);
    this.#change(row, structuredClone(change));
    if (this.failAfterStoring) {
      this.failAfterStoring = false;
      throw appError("disk_full", "stored, and yet an error");
    }
  }

  async events(id: string, after: number, limit: number): Promise<JobEvent[]> {
    return structuredClone(this.row(id).events.slice(after, after + limit));
  }

  async record(id: string): Promise<JobRecord> {
    const { job, events, checkpoints } = this.row(id);
    const latest = checkpoints.at(-1);
    return {
      job: structuredClone(job),
      task: "text",
      architecture: architectureOf({ units: 8 }),
      forecast: null,
      sequence: null,
      dataset: { path: "/nowhere", sha256: "", summary: textSummary },
      checkpointFolder: "/nowhere",
      latestCheckpoint: latest === undefined ? null : { id: latest.id, path: latest.path, step: latest.step },
      reportedStep: Math.max(0, ...events.map((event) => (event.type === "step-end" ? event.step : 0))),
      lastSeq: events.length,
    };
  }

  async unfinished(): Promise<Job[]> {
    const jobs = Array.from(this.rows.values(), ({ job }) => job);
    return structuredClone(jobs.filter(({ status }) => status === "queued" || status === "running"));
  }

  row(id: string): Row {
    const row = this.rows.get(id);
    if (row === undefined) throw appError("job_not_found", `no job ${id}`);
    return row;
  }

  #change(row: Row, change: JobChange): void {
    row.changes.push(change);
    const { status, progress, attempt, training, metrics, error, startedAt, finishedAt, checkpoint, newVersion } =
      change;
    if (checkpoint !== undefined) row.checkpoints.push(checkpoint);
    if (newVersion === true) row.versions += 1;
    const columns = {
      status,
      progress,
      attempt,
      training,
      metrics,
      error,
      started_at: startedAt,
      finished_at: finishedAt,
    };
    for (const [name, value] of Object.entries(columns))
      if (value !== undefined) Object.assign(row.job, { [name]: value });
  }
}

export const textSummary = {
  kind: "text" as const,
  characters: 100_000,
  lines: 1000,
  vocabulary_size: 60,
  rarest: [],
};
