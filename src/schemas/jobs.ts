import { type Static, Type } from "typebox";
import { Metrics, Nullable, Reference, Seed, Timestamp } from "./common.ts";
import { OptimizerName, optimizerFields } from "./optimizers.ts";
import { Schedule } from "./schedule.ts";
import { ElasticPenalty, InitFrom, Replay, ScheduledSampling } from "./techniques.ts";

export const EarlyStopping = Type.Object(
  {
    patience: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: "Evaluations without a gain before the run ends with its best weights.",
    }),
    min_delta: Type.Number({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
);
export type EarlyStopping = Static<typeof EarlyStopping>;

export const TrainingPrecision = Type.Union([Type.Literal("fp32"), Type.Literal("bf16")]);
export type TrainingPrecision = Static<typeof TrainingPrecision>;

/** What a caller may say about a run. Defaults differ by task: jobs/resolve-training.ts. */
export const TrainingRequest = Type.Object(
  {
    epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: "Passes over the data; or steps, not both. Text: 10 where neither is given.",
      }),
    ),
    steps: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000_000,
        description:
          "Updates of the weights; or epochs, not both. Forecast: 40 passes over the windows where neither is given, 300 to 1500 steps.",
      }),
    ),
    batch_size: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4096,
        description: "Text: 50 by default, less for a short text. Forecast: 256.",
      }),
    ),
    sequence_length: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2048,
        description: "Text: tokens a truncated back-propagation goes through; 50 by default, less for a short text.",
      }),
    ),
    sequence_stride: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2048,
        description:
          "Text: new tokens in each step; the gradient still goes back through sequence_length. Equal to it by default.",
      }),
    ),
    scheduled_sampling: Type.Optional(ScheduledSampling),
    init_from: Type.Optional(InitFrom),
    replay: Type.Optional(Replay),
    elastic_penalty: Type.Optional(ElasticPenalty),
    learning_rate: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 10, description: "Text: 0.002 by default. Forecast: 0.006." }),
    ),
    optimizer: Type.Optional(
      Type.Union(OptimizerName.anyOf, { description: "Text: adam by default. Forecast: adamw." }),
    ),
    ...optimizerFields,
    weight_decay: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "adamw only; 0 by default." })),
    /** Text: constant by default. Forecast: cosine after a warm-up over a tenth of the steps. */
    schedule: Type.Optional(Schedule),
    clip_norm: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1e6 }), Type.Null()], {
        description:
          "Upper bound of the global gradient norm; null for none. Text: 5 by default. Forecast: 1. None with clip_value.",
      }),
    ),
    clip_value: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1e6,
        description: "Upper bound of every single number of the gradient; instead of clip_norm.",
      }),
    ),
    l2: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: "Adds l2 times the sum of the squared kernels to what is minimised, as in Keras; none by default.",
      }),
    ),
    validation_fraction: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.5,
        description: "Text: the tail kept for validation; 0.1 by default, 0 for a text too short for it.",
      }),
    ),
    early_stopping: Type.Optional(Type.Union([EarlyStopping, Type.Null()])),
    checkpoint_every: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          "Steps between checkpoints; each is evaluated on the validation data. Text: 500 by default. Forecast: a sixth of the steps.",
      }),
    ),
    sample_every: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()], {
        description: "Steps between samples; null for none. Text: 500 by default. Forecast: a sixth of the steps.",
      }),
    ),
    sample_prompt: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: "Text: what samples continue; the first token of the data by default.",
      }),
    ),
    sample_length: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 4096, description: "Text: tokens in a sample; 200 by default." }),
    ),
    precision: Type.Optional(
      Type.Union(TrainingPrecision.anyOf, {
        description:
          "fp32 by default. bf16: the recurrent layers multiply numbers rounded to 8 bits, sums, weights and optimizer stay in fp32; large layers train up to twice as fast. Where /health/ready lists it; for simple_rnn, lstm and gru with tanh, without layer_norm and recurrent_dropout.",
      }),
    ),
    seed: Type.Optional(Seed),
  },
  { additionalProperties: false },
);
export type TrainingRequest = Static<typeof TrainingRequest>;

const Auto = Type.Literal("auto");
/** The same with "auto" for what the service is to choose: batch_size from the data, learning_rate by a test at the start. */
export const TrainingBody = Type.Object(
  {
    ...TrainingRequest.properties,
    batch_size: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 4096 }), Auto], {
        description:
          "auto: from the amount of data. Text: 50 by default, less for a short text. Forecast: 256. Sequence: 32.",
      }),
    ),
    learning_rate: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 10 }), Auto], {
        description:
          "auto: a range test (Smith 2017) when the job starts. Text: 0.002 by default. Forecast: 0.006. Sequence: 0.003.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type TrainingBody = Static<typeof TrainingBody>;

/** A run with nothing left to choose. Fields that mean nothing for the task are absent. */
export const TrainingSettings = Type.Object({
  epochs: Nullable(Type.Integer()),
  steps: Nullable(Type.Integer({ description: "null until the data has been counted, where epochs were asked for." })),
  batch_size: Type.Integer(),
  sequence_length: Type.Optional(Type.Integer()),
  sequence_stride: Type.Optional(Type.Integer()),
  scheduled_sampling: Type.Optional(ScheduledSampling),
  init_from: Type.Optional(InitFrom),
  replay: Type.Optional(Replay),
  elastic_penalty: Type.Optional(ElasticPenalty),
  auto: Type.Optional(
    Type.Array(Type.Union([Type.Literal("batch_size"), Type.Literal("learning_rate")]), {
      description: "What was left to the service; learning_rate is the usual one until the run has measured its own.",
    }),
  ),
  learning_rate: Type.Number(),
  optimizer: OptimizerName,
  ...optimizerFields,
  weight_decay: Type.Number(),
  schedule: Schedule,
  clip_norm: Nullable(Type.Number()),
  clip_value: Type.Optional(Type.Number()),
  l2: Type.Optional(Type.Number()),
  validation_fraction: Type.Optional(Type.Number()),
  early_stopping: Nullable(EarlyStopping),
  checkpoint_every: Type.Integer(),
  sample_every: Nullable(Type.Integer()),
  sample_prompt: Type.Optional(Type.String()),
  sample_length: Type.Optional(Type.Integer()),
  precision: Type.Optional(TrainingPrecision),
  seed: Type.Integer(),
});
export type TrainingSettings = Static<typeof TrainingSettings>;

export const JobBody = Type.Object(
  { model: Reference, dataset: Reference, training: Type.Optional(TrainingBody) },
  { additionalProperties: false },
);
export type JobBody = Static<typeof JobBody>;

export const JobStatus = Type.Union([
  Type.Literal("queued"),
  Type.Literal("running"),
  Type.Literal("paused"),
  Type.Literal("succeeded"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
]);
export type JobStatus = Static<typeof JobStatus>;

export const Progress = Type.Object({
  step: Type.Integer(),
  steps: Nullable(Type.Integer()),
  epoch: Type.Number(),
  loss: Nullable(Type.Number()),
  validation_loss: Nullable(Type.Number()),
  tokens_per_second: Nullable(Type.Number()),
  eta_ms: Nullable(Type.Integer()),
});
export type Progress = Static<typeof Progress>;

export const JobError = Type.Object({ code: Type.String(), detail: Type.String() });
export type JobError = Static<typeof JobError>;

export const Job = Type.Object({
  id: Type.String(),
  object: Type.Literal("job"),
  status: JobStatus,
  model: Type.String(),
  dataset: Type.String(),
  training: TrainingSettings,
  progress: Progress,
  queue_position: Nullable(Type.Integer({ description: "1 is next; null when not queued." })),
  attempt: Type.Integer({ description: "How often a trainer took the job up." }),
  metrics: Metrics,
  error: Nullable(JobError),
  created_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
});
export type Job = Static<typeof Job>;

export const Checkpoint = Type.Object({
  id: Type.String(),
  object: Type.Literal("checkpoint"),
  job: Type.String(),
  model: Type.String(),
  step: Type.Integer(),
  metrics: Metrics,
  best: Type.Boolean(),
  latest: Type.Boolean(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  created_at: Timestamp,
});
export type Checkpoint = Static<typeof Checkpoint>;
