import type { Dataset, DatasetBody, DatasetPreview, DatasetUpload } from "../schemas/datasets.ts";
import type { JobEvent } from "../schemas/events.ts";
import type { JobChange, JobRecord } from "../schemas/job-record.ts";
import type { Checkpoint, Job, JobStatus, TrainingSettings } from "../schemas/jobs.ts";
import type { Key, Scope } from "../schemas/keys.ts";
import type { Architecture, ForecastSettings, Model, ModelPatch, SequenceSettings, Task } from "../schemas/models.ts";
import type { Page, PageQuery } from "../schemas/paging.ts";
import type { KeptState, Session, SessionTask } from "../schemas/sessions.ts";
import type { TextSettings } from "../schemas/vocabulary.ts";

/** Everything the service keeps. A `reference` is an id or a name; what is not there throws `..._not_found`. */
export interface Store {
  datasets: DatasetStore;
  models: ModelStore;
  jobs: JobStore;
  sessions: SessionStore;
  keys: KeyStore;
  idempotency: IdempotencyStore;
  /** Bytes left for the data folder. */
  diskFreeBytes(): Promise<number>;
  close(): Promise<void>;
}

export type DatasetSource =
  | { format: "json"; body: DatasetBody }
  | { format: "txt" | "csv" | "jsonl"; upload: DatasetUpload; bytes: AsyncIterable<Uint8Array> };

export interface DatasetStore {
  /** Checks while it streams to disk; throws dataset_invalid naming row, column, value and the fix, name_taken, body_too_large, disk_full. */
  create(source: DatasetSource): Promise<Dataset>;
  get(reference: string): Promise<Dataset>;
  list(page: PageQuery): Promise<Page<Dataset>>;
  preview(reference: string): Promise<DatasetPreview>;
  /** A dataset and where it is stored, for those who read it themselves. */
  file(reference: string): Promise<{ dataset: Dataset; path: string }>;
  /** Every character of a text once, in order of their code points. */
  characters(reference: string): Promise<string[]>;
  /** Throws dataset_in_use. */
  remove(reference: string): Promise<void>;
}

export interface NewModel {
  name: string;
  task: Task;
  architecture: Architecture;
  forecast: ForecastSettings | null;
  sequence: SequenceSettings | null;
  /** Of a text model; characters where it is left out. */
  text?: TextSettings | null;
  parameter_count: number | null;
  tags: string[];
}

/** A trained model, as a request for its answers needs it. Shared by those who ask: not to be changed. */
export interface ServingModel {
  readonly id: string;
  readonly name: string;
  readonly forecast: ForecastSettings | null;
  readonly checkpoint: { readonly id: string; readonly path: string };
}

export interface ModelStore {
  create(model: NewModel): Promise<Model>;
  get(reference: string): Promise<Model>;
  list(page: PageQuery): Promise<Page<Model>>;
  update(reference: string, patch: ModelPatch): Promise<Model>;
  /** Removes its jobs, events, checkpoints and files, and returns the paths of these checkpoints; throws model_in_use. */
  remove(reference: string): Promise<string[]>;
  /** File of the checkpoint that serves the model, or of the one asked for; throws model_untrained, checkpoint_not_found. */
  checkpoint(model: string, checkpoint?: string): Promise<{ id: string; path: string }>;
  /** What that checkpoint learned: the dataset's id, and the characters of a text where it knows only some; throws as checkpoint does. */
  origin(
    model: string,
    checkpoint?: string,
  ): Promise<{ checkpoint: string; dataset: string; vocabulary: string[] | null }>;
  /** The model and that checkpoint, from memory where nothing has changed since; throws model_not_found, model_task_mismatch, and as above. */
  serving(reference: string, task: Task, checkpoint?: string): Promise<ServingModel>;
}

export interface JobStore {
  create(job: { model: string; dataset: string; training: TrainingSettings }): Promise<Job>;
  get(id: string): Promise<Job>;
  list(page: PageQuery & { status?: JobStatus; model?: string }): Promise<Page<Job>>;
  checkpoints(id: string): Promise<Page<Checkpoint>>;
  /** One transaction, on disk when it resolves. */
  append(job: string, events: JobEvent[], change?: JobChange): Promise<void>;
  events(job: string, after: number, limit: number): Promise<JobEvent[]>;
  record(job: string): Promise<JobRecord>;
  unfinished(): Promise<Job[]>;
}

export interface NewSession {
  model: string;
  checkpoint: string;
  task: SessionTask;
  kept: KeptState;
}

/** Sessions that have not expired. What is not there throws session_not_found. */
export interface SessionStore {
  /** On disk when it resolves; throws session_limit, session_storage_full. */
  create(session: NewSession): Promise<Session>;
  get(id: string): Promise<Session>;
  list(page: PageQuery & { model?: string }): Promise<Page<Session>>;
  /** `change` names this state among those that the session has had. */
  state(id: string): Promise<{ session: Session; text: string; change: number }>;
  /** Takes the place of the state that `change` names, on disk when it resolves; throws session_busy where another has. */
  keep(id: string, kept: KeptState, change: number): Promise<Session>;
  /** Another session in the same state; throws as create does. */
  fork(id: string): Promise<Session>;
  remove(id: string): Promise<void>;
}

export interface KeyStore {
  /** The secret is returned once and stored as a SHA-256 only. */
  create(key: { name: string; scope: Scope; secret?: string }): Promise<{ key: Key; secret: string }>;
  /** null for unknown and revoked secrets; compares digests in constant time. */
  find(secret: string): Promise<Key | null>;
  list(): Promise<Key[]>;
  revoke(id: string): Promise<Key>;
}

export interface StoredReply {
  status: number;
  location: string | null;
  body: string;
}
export interface IdempotencyStore {
  /** Claims the key and returns null, or returns the reply it already had; throws idempotency_conflict, idempotency_mismatch. */
  begin(key: string, fingerprint: string): Promise<StoredReply | null>;
  finish(key: string, reply: StoredReply): Promise<void>;
  /** The request failed: the key may be used again. */
  forget(key: string): Promise<void>;
}
