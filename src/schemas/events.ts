import { type Static, Type } from "typebox";
import { Metrics, Nullable, Timestamp } from "./common.ts";
import { JobError, JobStatus } from "./jobs.ts";
import { ForecastSettings } from "./models.ts";

/** The payload of every event of a job, by type. The log adds `seq`, `job` and `at`. */
export const jobEvents = {
  "job-queued": {
    position: Type.Integer(),
    reason: Type.Union([
      Type.Literal("submitted"),
      Type.Literal("resumed"),
      Type.Literal("server-stopped"),
      Type.Literal("trainer-lost"),
      Type.Literal("server-lost"),
    ]),
  },
  "job-start": {
    attempt: Type.Integer(),
    step: Type.Integer({ description: "0, or the step of the checkpoint the run goes on from." }),
    steps: Type.Integer(),
    steps_per_epoch: Type.Integer(),
    batch_size: Type.Optional(Type.Integer()),
    learning_rate: Type.Optional(Type.Number({ description: "In effect, also where it was measured at the start." })),
    parameter_count: Type.Integer(),
    backend: Type.String(),
    forecast: Nullable(ForecastSettings),
    vocabulary_size: Nullable(Type.Integer()),
  },
  "step-end": {
    step: Type.Integer(),
    epoch: Type.Number({ description: "Passes over the data so far, with its fraction." }),
    loss: Type.Number({ description: "Mean over the steps since the event before." }),
    learning_rate: Type.Number(),
    gradient_norm: Type.Number({ description: "Global norm before clipping, of this step." }),
    gradient_norms: Type.Optional(Metrics),
    tokens_per_second: Type.Number(),
    eta_ms: Type.Integer(),
  },
  "epoch-end": {
    step: Type.Integer(),
    epoch: Type.Integer(),
    train_loss: Type.Number(),
    validation_loss: Nullable(Type.Number()),
    metrics: Metrics,
  },
  sample: {
    step: Type.Integer(),
    text: Type.Optional(Type.String()),
    forecast: Type.Optional(
      Type.Object({
        id: Type.String(),
        history: Type.Array(Nullable(Type.Number())),
        actual: Type.Array(Nullable(Type.Number())),
        median: Type.Array(Type.Number()),
        lower: Type.Array(Type.Number()),
        upper: Type.Array(Type.Number()),
      }),
    ),
    sequence: Type.Optional(
      Type.Object({
        steps: Type.Integer({ description: "Of the whole sequence; the first 50 are shown." }),
        inputs: Type.Array(Type.Array(Type.Number())),
        targets: Type.Array(Type.Array(Type.Number())),
        outputs: Type.Array(Type.Array(Type.Number()), { description: "With cross_entropy the most likely class." }),
      }),
    ),
  },
  checkpoint: { id: Type.String(), step: Type.Integer(), metrics: Metrics, best: Type.Boolean() },
  warning: { code: Type.String(), message: Type.String() },
  "job-paused": { step: Type.Integer() },
  "job-end": { status: JobStatus, error: Nullable(JobError), metrics: Metrics, duration_ms: Type.Integer() },
} as const;

export type JobEventType = keyof typeof jobEvents;
type Payload<T extends JobEventType> = Static<Type.TObject<(typeof jobEvents)[T]>>;

/** An event as the runner hands it to the log. */
export type JobEventBody = { [T in JobEventType]: { type: T } & Payload<T> }[JobEventType];

/** An event as stored and sent: `seq` counts 1, 2, 3... within the job, without gaps. */
export type JobEvent = JobEventBody & { seq: number; job: string; at: string };

const stamp = { seq: Type.Integer(), job: Type.String(), at: Timestamp };
export const JobEvent = Type.Unsafe<JobEvent>({
  type: "object",
  required: ["type", "seq", "job", "at"],
  oneOf: Object.entries(jobEvents).map(([type, payload]) =>
    Type.Object({ type: Type.Literal(type), ...stamp, ...payload }),
  ),
});

export const JobEventQuery = Type.Object(
  {
    after: Type.Integer({ minimum: 0, default: 0, description: "Events with a higher seq are sent." }),
    limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1000, description: "JSON list only." }),
  },
  { additionalProperties: false },
);
export type JobEventQuery = Static<typeof JobEventQuery>;
