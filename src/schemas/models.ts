import { type Static, Type } from "typebox";
import { Metrics, Name, Nullable, Timestamp } from "./common.ts";
import { SequenceOutput } from "./datasets.ts";
import { TextSettings } from "./vocabulary.ts";

export const Cell = Type.Union([
  Type.Literal("simple_rnn"),
  Type.Literal("lstm"),
  Type.Literal("gru"),
  Type.Literal("min_gru"),
  Type.Literal("min_lstm"),
]);
export type Cell = Static<typeof Cell>;
const Activation = Type.Union([Type.Literal("tanh"), Type.Literal("relu")]);
export type Activation = Static<typeof Activation>;
const MergeMode = Type.Union([Type.Literal("concat"), Type.Literal("sum"), Type.Literal("mul"), Type.Literal("ave")]);
export type MergeMode = Static<typeof MergeMode>;
const AttentionKind = Type.Union([Type.Literal("dot"), Type.Literal("additive")]);
export type AttentionKind = Static<typeof AttentionKind>;
const Initializer = Type.Union([
  Type.Literal("orthogonal"),
  Type.Literal("glorot"),
  Type.Literal("scaled_normal"),
  Type.Literal("small_normal"),
]);
export type Initializer = Static<typeof Initializer>;

/** The recurrent part of a network. Words and defaults follow Keras. */
export const Architecture = Type.Object(
  {
    cell: Type.Union(Cell.anyOf, { default: "lstm" }),
    units: Type.Integer({ minimum: 1, maximum: 4096, default: 128, description: "Hidden units of each layer." }),
    layers: Type.Integer({ minimum: 1, maximum: 16, default: 1, description: "Recurrent layers, stacked." }),
    bidirectional: Type.Boolean({
      default: false,
      description: "Each layer reads the sequence from both ends. Not for text, which is written forwards.",
    }),
    merge_mode: Type.Union(MergeMode.anyOf, {
      default: "concat",
      description: "How the two directions become one output.",
    }),
    attention: Type.Union([...AttentionKind.anyOf, Type.Null()], {
      default: null,
      description: "Attention over the hidden states of the last layer: scaled dot product, or additive (Bahdanau).",
    }),
    attention_window: Type.Union([Type.Integer({ minimum: 2, maximum: 1024 }), Type.Null()], {
      default: null,
      description: "Steps less than this far away are seen, for text those before only; null sees all.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of each layer's output dropped in training.",
    }),
    recurrent_dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of the hidden state dropped on its way to the next step in training, the same at every step.",
    }),
    layer_norm: Type.Boolean({
      default: false,
      description: "Normalise the sums of each layer's gates (Ba et al. 2016).",
    }),
    residual: Type.Boolean({
      default: false,
      description: "Add each layer's input to its output, from the second on.",
    }),
    activation: Type.Union(Activation.anyOf, { default: "tanh", description: "Of a simple_rnn." }),
    initializer: Type.Union(Initializer.anyOf, {
      default: "orthogonal",
      description:
        "First weights of the recurrent layers. orthogonal: recurrent kernels orthogonal, the others Glorot-uniform, as in Keras. glorot: all Glorot-uniform. scaled_normal: deviation 1/sqrt(inputs). small_normal: deviation 0.01.",
    }),
    embedding_size: Type.Union([Type.Integer({ minimum: 1, maximum: 4096 }), Type.Null()], {
      default: null,
      description: "Text: size of a learned embedding; null feeds one-hot tokens.",
    }),
    reset_after: Type.Boolean({
      default: true,
      description: "GRU: apply the reset gate after the recurrent product, as PyTorch and cuDNN do.",
    }),
  },
  { additionalProperties: false },
);
export type Architecture = Static<typeof Architecture>;

const Auto = Type.Literal("auto");
const Transform = Type.Union([
  Type.Literal("log"),
  Type.Literal("none"),
  Type.Literal("difference"),
  Type.Literal("log_difference"),
]);
const Likelihood = Type.Union([
  Type.Literal("quantile"),
  Type.Literal("gaussian"),
  Type.Literal("student_t"),
  Type.Literal("negative_binomial"),
]);
/** How a forecaster sees its series. What is "auto" is chosen from the data's frequency when its first job starts, and shown from then on. */
export const ForecastSettings = Type.Object(
  {
    horizon: Type.Integer({ minimum: 1, maximum: 1024, description: "Steps ahead, all predicted at once." }),
    context_length: Type.Union([Type.Integer({ minimum: 2, maximum: 16384 }), Auto], {
      default: "auto",
      description: "Steps the encoder reads; a multiple of block_length.",
    }),
    block_length: Type.Union([Type.Integer({ minimum: 1, maximum: 1024 }), Auto], {
      default: "auto",
      description: "Steps fed to the cell at once; one season by default.",
    }),
    lags: Type.Union([Type.Array(Type.Integer({ minimum: 1, maximum: 1024 }), { maxItems: 16 }), Auto], {
      default: "auto",
      description: "Blocks back from the forecast whose values go straight to the head.",
    }),
    season_length: Type.Union([Type.Integer({ minimum: 1, maximum: 8784 }), Auto], { default: "auto" }),
    baseline: Type.Union([Type.Literal("seasonal"), Type.Literal("last"), Type.Literal("none"), Auto], {
      default: "auto",
      description: "What the network's output is a correction to.",
    }),
    transform: Type.Union([...Transform.anyOf, Auto], {
      default: "auto",
      description:
        "What the network sees of a value, inverted in the reply. log: its logarithm; difference: its change from the step before, log_difference: that of its logarithm (the network then forecasts the sum of the changes to come). auto is log where all data are positive and the likelihood is quantile or gaussian, else none.",
    }),
    scaling: Type.Union([Type.Literal("window"), Type.Literal("series")], {
      default: "window",
      description:
        "What a series is centred and scaled by. window: the last (long) season before the forecast; series: all of its history before the forecast.",
    }),
    likelihood: Type.Union(Likelihood.anyOf, {
      default: "quantile",
      description:
        "What the network says of each step. quantile: the values at the levels of quantiles, trained by the pinball loss. gaussian, student_t, negative_binomial: the parameters of that distribution, trained by its negative log-likelihood on scaled values; requests may then ask for any level. student_t has heavy tails and takes no logarithm; negative_binomial is for counts (whole numbers from 0 on), which it takes as they are.",
    }),
    minimum: Type.Union([Type.Number(), Type.Null(), Auto], {
      default: "auto",
      description:
        "No mean, quantile or sample is below it. auto is 0 where no value of the data is below 0, else null.",
    }),
    maximum: Type.Union([Type.Number(), Type.Null()], {
      default: null,
      description: "No mean, quantile or sample is above it.",
    }),
    integer: Type.Boolean({
      default: false,
      description:
        "Quantiles, median and samples are rounded to whole numbers; a mean need not be one. Always so with negative_binomial.",
    }),
    head_units: Type.Integer({ minimum: 1, maximum: 4096, default: 512 }),
    seeds: Type.Union([Type.Integer({ minimum: 1, maximum: 16 }), Auto], {
      default: "auto",
      description: "Networks trained side by side from different first weights; the forecast is their mean.",
    }),
    quantiles: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), {
      minItems: 1,
      maxItems: 99,
      uniqueItems: true,
      default: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    }),
    covariates: Type.Union([Type.Array(Type.String({ maxLength: 64 }), { maxItems: 192, uniqueItems: true }), Auto], {
      default: "auto",
      description:
        "Names of the covariates of the data that the network sees, past, future or static; [] for none. auto is all of them. Requests then have to send the same ones.",
    }),
  },
  { additionalProperties: false },
);
export type ForecastSettings = Static<typeof ForecastSettings>;

/** Forecast settings with nothing left to choose. */
export type ResolvedForecastSettings = { [K in keyof ForecastSettings]: Exclude<ForecastSettings[K], "auto"> };

/** What a sequence model reads and tells. */
export const SequenceSettings = Type.Object(
  {
    input_size: Type.Integer({ minimum: 1, maximum: 4096, description: "Numbers in a step, as in the data." }),
    output_size: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description: "Numbers in a target; with cross_entropy, the number of classes.",
    }),
    output: Type.Union(SequenceOutput.anyOf, {
      default: "each_step",
      description: "An output for each step, or one for the last.",
    }),
    loss: Type.Union([Type.Literal("mse"), Type.Literal("cross_entropy")], {
      default: "mse",
      description: "Mean squared error for values, cross-entropy for classes.",
    }),
    scaling: Type.Union([Type.Literal("standard"), Type.Literal("none")], {
      default: "standard",
      description:
        "standard: each column of the inputs, and with mse of the targets, is shifted and scaled to mean 0 and deviation 1 of the training data.",
    }),
  },
  { additionalProperties: false },
);
export type SequenceSettings = Static<typeof SequenceSettings>;

export const Task = Type.Union([Type.Literal("text"), Type.Literal("forecast"), Type.Literal("sequence")]);
export type Task = Static<typeof Task>;
const Tags = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 32 });

export const ModelBody = Type.Object(
  {
    name: Name,
    task: Task,
    architecture: Type.Optional(Architecture),
    forecast: Type.Optional(ForecastSettings),
    sequence: Type.Optional(SequenceSettings),
    text: Type.Optional(TextSettings),
    tags: Type.Optional(Tags),
  },
  { additionalProperties: false },
);
/** A body with its defaults not yet filled in. */
export interface ModelBody {
  name: string;
  task: Task;
  architecture?: Partial<Architecture>;
  forecast?: Partial<ForecastSettings> & { horizon: number };
  sequence?: Partial<SequenceSettings> & { input_size: number; output_size: number };
  text?: Partial<TextSettings>;
  tags?: string[];
}

export const ModelPatch = Type.Object(
  { name: Type.Optional(Name), tags: Type.Optional(Tags) },
  { additionalProperties: false, minProperties: 1 },
);
export type ModelPatch = Static<typeof ModelPatch>;

export const ModelVersion = Type.Object({
  version: Type.Integer(),
  checkpoint: Type.String(),
  job: Type.String(),
  metrics: Metrics,
  created_at: Timestamp,
});
export type ModelVersion = Static<typeof ModelVersion>;

export const Model = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  name: Name,
  task: Task,
  status: Type.Union([Type.Literal("untrained"), Type.Literal("training"), Type.Literal("ready")]),
  architecture: Architecture,
  forecast: Nullable(ForecastSettings),
  sequence: Nullable(SequenceSettings),
  text: Nullable(TextSettings),
  parameter_count: Nullable(
    Type.Integer({ description: "null for a text model until its first job has read the vocabulary." }),
  ),
  checkpoint: Nullable(Type.String({ description: "The checkpoint that answers requests: the best so far." })),
  metrics: Metrics,
  versions: Type.Array(ModelVersion),
  tags: Tags,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Model = Static<typeof Model>;
