import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";
import { Frequency, FutureCovariates, PastCovariates, StaticCovariates } from "./datasets.ts";
import { Timings } from "./generation.ts";

export const ForecastInput = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    start: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          "Time of the first value. An IANA zone in brackets keeps local hours over daylight saving: 2026-03-28T00:00+01:00[Europe/Madrid].",
      }),
    ),
    frequency: Type.Optional(Frequency),
    timestamps: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1 })),
    target: Type.Array(Nullable(Type.Number()), {
      minItems: 1,
      maxItems: 100_000,
      description: "The history, oldest first; null where a value is missing.",
    }),
    past_covariates: Type.Optional(PastCovariates),
    future_covariates: Type.Optional(FutureCovariates),
    static: Type.Optional(StaticCovariates),
  },
  { additionalProperties: false },
);
export type ForecastInput = Static<typeof ForecastInput>;

export const ForecastBody = Type.Object(
  {
    inputs: Type.Array(ForecastInput, { minItems: 1, maxItems: 1024 }),
    horizon: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, description: "At most the model's own horizon." }),
    ),
    quantiles: Type.Optional(
      Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), {
        minItems: 1,
        maxItems: 99,
        uniqueItems: true,
        description:
          "Within the model's own quantiles; between them, interpolated. A model with another likelihood than quantile takes any level.",
      }),
    ),
    samples: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description:
          "Sample paths of each series, at most 500,000 numbers in all. At each step they are distributed as the quantiles of the reply say (beyond the outermost ones of a quantile model: exponential tails that go on with the density next to them); steps hang together by a Gaussian copula whose correlation was measured on the hold-out and falls with their distance.",
      }),
    ),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: "The same seed gives the same sample paths." }),
    ),
    checkpoint: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type ForecastBody = Static<typeof ForecastBody>;

export const ForecastOutput = Type.Object({
  id: Nullable(Type.String()),
  timestamps: Nullable(Type.Array(Type.String(), { description: "null where the input named no times." })),
  mean: Type.Array(Type.Number()),
  median: Type.Array(Type.Number()),
  quantiles: Type.Record(Type.String(), Type.Array(Type.Number()), {
    description: 'By level: {"0.1": [...], "0.9": [...]}. They never cross.',
  }),
  samples: Type.Optional(
    Type.Array(Type.Array(Type.Number()), {
      description: "Sample paths, where the request asks for them: one list a path.",
    }),
  ),
});
export type ForecastOutput = Static<typeof ForecastOutput>;

export const CalibrationNote = Type.Object(
  {
    method: Type.Union([Type.Literal("conformalized_quantile_regression"), Type.Literal("none")]),
    target: Nullable(Type.Number({ description: "Share of values that the widest interval should hold." })),
    empirical: Nullable(
      Type.Number({
        description: "Share that it held in the hold-out, each half of it corrected by what the other half taught.",
      }),
    ),
    holdout_values: Type.Integer({ description: "Values that training never saw, from which the corrections come." }),
  },
  { description: "How the intervals were corrected, and how well that works on data training never saw." },
);
export type CalibrationNote = Static<typeof CalibrationNote>;

export const Forecast = Type.Object({
  object: Type.Literal("forecast"),
  model: Type.String(),
  checkpoint: Type.String(),
  horizon: Type.Integer(),
  outputs: Type.Array(ForecastOutput),
  seed: Type.Optional(Type.Integer({ description: "Of the sample paths, where there are any." })),
  calibration: CalibrationNote,
  timings: Timings,
});
export type Forecast = Static<typeof Forecast>;
