import { type Static, Type } from "typebox";
import { Name, Nullable, Timestamp } from "./common.ts";

/** Steps between observations. A number in front multiplies: `15min`, `2h`. */
export const Frequency = Type.String({
  pattern: "^([1-9][0-9]{0,3})?(s|min|h|d|w|mo|q|y)$",
  description: "s, min, h, d, w, mo, q, y, with an optional multiple in front: 15min, 2h.",
});

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
  },
  { additionalProperties: false },
);
export type Series = Static<typeof Series>;

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
export const DatasetBody = Type.Unsafe<Static<typeof TextDatasetBody> | Static<typeof SeriesDatasetBody>>({
  type: "object",
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [TextDatasetBody, SeriesDatasetBody],
});
export type DatasetBody = Static<typeof DatasetBody>;

/** Form fields of an upload, sent before the file. */
export const DatasetUpload = Type.Object(
  {
    name: Name,
    kind: Type.Union([Type.Literal("text"), Type.Literal("series")]),
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
});
export const Dataset = Type.Object({
  id: Type.String(),
  object: Type.Literal("dataset"),
  name: Name,
  kind: Type.Union([Type.Literal("text"), Type.Literal("series")]),
  bytes: Type.Integer(),
  sha256: Type.String({ description: "Of the stored file." }),
  summary: Type.Union([TextSummary, SeriesSummary]),
  warnings: Type.Array(Type.String()),
  created_at: Timestamp,
});
export type Dataset = Static<typeof Dataset>;
export type DatasetSummary = Dataset["summary"];

export const DatasetPreview = Type.Union([
  Type.Object({ kind: Type.Literal("text"), text: Type.String(), truncated: Type.Boolean() }),
  Type.Object({ kind: Type.Literal("series"), series: Type.Array(Series), truncated: Type.Boolean() }),
]);
export type DatasetPreview = Static<typeof DatasetPreview>;
