import { type Static, Type } from "typebox";
import { Name, Nullable, Timestamp } from "./common.ts";

/** Steps between observations. A number in front multiplies: `15min`, `2h`. */
export const Frequency = Type.String({
  pattern: "^([1-9][0-9]{0,3})?(s|min|h|d|w|mo|q|y)$",
  description: "s, min, h, d, w, mo, q, y, with an optional multiple in front: 15min, 2h.",
});

const CovariateName = { propertyNames: { maxLength: 64 }, maxProperties: 64 };
const CovariateLists = Type.Record(Type.String(), Type.Array(Nullable(Type.Number())), CovariateName);
export const PastCovariates = Type.Unsafe<Static<typeof CovariateLists>>({
  ...CovariateLists,
  description:
    "Lists of numbers by name, each as long as the target: what was measured beside it and is not known ahead. null where a value is missing: the last one before it stands for it.",
});
export const FutureCovariates = Type.Unsafe<Static<typeof CovariateLists>>({
  ...CovariateLists,
  description:
    "Lists of numbers by name that are known ahead (prices, holidays, promotions): as long as the target in a dataset, or longer; in a request for a forecast they go on for the model's horizon past the target's end.",
});
export const StaticCovariates = Type.Record(
  Type.String(),
  Type.Union([Type.Number(), Type.String({ minLength: 1, maxLength: 256 })]),
  {
    ...CovariateName,
    description: "What is true of the series as a whole, by name: a number, or a string, which is a category.",
  },
);

/** One series as it is sent, stored (a line of the stored JSON Lines file) and read by the engine. */
export const Series = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 256 }),
    start: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "Time of the first value; with `frequency` it stands for all timestamps.",
      }),
    ),
    timestamps: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { description: "One for each value, ascending, evenly spaced." }),
    ),
    target: Type.Array(Nullable(Type.Number()), { minItems: 1, description: "The values; null where one is missing." }),
    past_covariates: Type.Optional(PastCovariates),
    future_covariates: Type.Optional(FutureCovariates),
    static: Type.Optional(StaticCovariates),
  },
  { additionalProperties: false },
);
export type Series = Static<typeof Series>;

const Rows = Type.Array(Type.Array(Type.Number(), { minItems: 1, maxItems: 4096 }), { minItems: 1, maxItems: 100_000 });

/** One example as it is sent, stored (a line of the stored JSON Lines file) and read by the engine. */
export const Sequence = Type.Object(
  {
    inputs: Type.Unsafe<number[][]>({ ...Rows, description: "A row of numbers for each step." }),
    targets: Type.Unsafe<number[][]>({
      ...Rows,
      description: "A row of numbers, or one class number (0, 1, 2, ...), for each step; or one such row for the end.",
    }),
  },
  { additionalProperties: false },
);
export type Sequence = Static<typeof Sequence>;

export const TextDatasetBody = Type.Object(
  { name: Name, kind: Type.Literal("text"), text: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);
export const SeriesDatasetBody = Type.Object(
  {
    name: Name,
    kind: Type.Literal("series"),
    frequency: Type.Optional(Frequency),
    series: Type.Array(Series, { minItems: 1 }),
  },
  { additionalProperties: false },
);
export const SequenceDatasetBody = Type.Object(
  { name: Name, kind: Type.Literal("sequence"), sequences: Type.Array(Sequence, { minItems: 1 }) },
  { additionalProperties: false },
);
type AnyDatasetBody =
  | Static<typeof TextDatasetBody>
  | Static<typeof SeriesDatasetBody>
  | Static<typeof SequenceDatasetBody>;
export const DatasetBody = Type.Unsafe<AnyDatasetBody>({
  type: "object",
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [TextDatasetBody, SeriesDatasetBody, SequenceDatasetBody],
});
export type DatasetBody = Static<typeof DatasetBody>;

const DatasetKind = Type.Union([Type.Literal("text"), Type.Literal("series"), Type.Literal("sequence")]);

/** Form fields of an upload, sent before the file. */
export const DatasetUpload = Type.Object(
  {
    name: Name,
    kind: DatasetKind,
    frequency: Type.Optional(Frequency),
  },
  { additionalProperties: false },
);
export type DatasetUpload = Static<typeof DatasetUpload>;

export const TextSummary = Type.Object({
  kind: Type.Literal("text"),
  characters: Type.Integer({ description: "Unicode code points." }),
  lines: Type.Integer(),
  vocabulary_size: Type.Integer(),
  rarest: Type.Array(Type.Object({ character: Type.String(), count: Type.Integer() })),
});
export const SeriesSummary = Type.Object({
  kind: Type.Literal("series"),
  series: Type.Integer(),
  points: Type.Integer(),
  missing: Type.Integer(),
  shortest: Type.Integer(),
  longest: Type.Integer(),
  frequency: Nullable(Frequency),
  minimum: Type.Number(),
  maximum: Type.Number(),
  covariates: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        kind: Type.Union([Type.Literal("past"), Type.Literal("future"), Type.Literal("static")]),
        values: Type.Union([Type.Literal("number"), Type.Literal("category")]),
      }),
      { description: "Where the series have any; every series has the same ones." },
    ),
  ),
});
/** Whether the targets come with every step, or one at the end of each sequence. */
export const SequenceOutput = Type.Union([Type.Literal("each_step"), Type.Literal("last_step")]);
export type SequenceOutput = Static<typeof SequenceOutput>;

export const SequenceSummary = Type.Object({
  kind: Type.Literal("sequence"),
  sequences: Type.Integer(),
  steps: Type.Integer({ description: "Of all sequences together." }),
  shortest: Type.Integer(),
  median_length: Type.Number(),
  longest: Type.Integer(),
  input_size: Type.Integer({ description: "Numbers in a step." }),
  target_size: Type.Integer({ description: "Numbers in a target." }),
  target: SequenceOutput,
  classes: Nullable(
    Type.Integer({ description: "Where every target is one class number: the highest, plus 1. Else null." }),
  ),
});
export type SequenceSummary = Static<typeof SequenceSummary>;
export const Dataset = Type.Object({
  id: Type.String(),
  object: Type.Literal("dataset"),
  name: Name,
  kind: DatasetKind,
  bytes: Type.Integer(),
  sha256: Type.String({ description: "Of the stored file." }),
  summary: Type.Union([TextSummary, SeriesSummary, SequenceSummary]),
  warnings: Type.Array(Type.String()),
  created_at: Timestamp,
});
export type Dataset = Static<typeof Dataset>;
export type DatasetSummary = Dataset["summary"];

export const DatasetPreview = Type.Union([
  Type.Object({ kind: Type.Literal("text"), text: Type.String(), truncated: Type.Boolean() }),
  Type.Object({ kind: Type.Literal("series"), series: Type.Array(Series), truncated: Type.Boolean() }),
  Type.Object({ kind: Type.Literal("sequence"), sequences: Type.Array(Sequence), truncated: Type.Boolean() }),
]);
export type DatasetPreview = Static<typeof DatasetPreview>;
