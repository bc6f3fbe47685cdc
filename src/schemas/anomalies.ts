import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";
import { CalibrationNote, ForecastBody } from "./forecast.ts";
import { Timings } from "./generation.ts";

const { inputs, checkpoint } = ForecastBody.properties;

/** Shares of ordinary values that a threshold may leave unflagged. */
export const anomalyLevels = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999] as const;

export const AnomaliesBody = Type.Object(
  {
    inputs,
    levels: Type.Optional(
      Type.Array(Type.Union(anomalyLevels.map((level) => Type.Literal(level))), {
        minItems: 1,
        maxItems: anomalyLevels.length,
        uniqueItems: true,
        description:
          "A value is flagged at 0.99 where its score exceeds that of 99 in 100 values of the hold-out. 0.95 and 0.99 by default, as far as the hold-out is large enough to tell; without a hold-out the model's own outermost interval.",
      }),
    ),
    last_point_only: Type.Boolean({ default: false, description: "Score the last value of each series alone." }),
    stride: Type.Integer({
      minimum: 1,
      maximum: 1024,
      default: 1,
      description:
        "A forecast every so many values, at most the model's horizon. 1 judges each value by a forecast from all values before it; more is quicker, and judges from further away.",
    }),
    checkpoint,
  },
  { additionalProperties: false },
);
export type AnomaliesBody = Static<typeof AnomaliesBody>;

const Numbers = (description?: string) => Type.Array(Type.Number(), description === undefined ? {} : { description });

export const AnomalyOutput = Type.Object({
  id: Nullable(Type.String()),
  from: Type.Integer({
    description:
      "Position of the first value scored: those before it have too little history. The lists below begin there.",
  }),
  missing: Type.Integer({ description: "Values from there on that are missing, and so have no score." }),
  timestamps: Nullable(Type.Array(Type.String())),
  actual: Type.Array(Nullable(Type.Number())),
  median: Numbers("What was expected."),
  lower: Numbers("The model's outermost interval, as calibrated."),
  upper: Numbers(),
  score: Type.Array(Nullable(Type.Number()), {
    description:
      "How far the value lies beyond the interval, in widths of the interval: -0.5 in its middle, 0 on its edge, 1 a whole width outside. In logarithms where the model works on them.",
  }),
  anomalies: Type.Record(Type.String(), Type.Array(Type.Integer()), {
    description: "By level, the positions in the target of the values that are flagged.",
  }),
});
export type AnomalyOutput = Static<typeof AnomalyOutput>;

export const AnomalyThreshold = Type.Object({
  level: Type.Number(),
  score: Type.Number({ description: "Values with a higher score are flagged." }),
  method: Type.Union([Type.Literal("holdout"), Type.Literal("interval")], {
    description:
      "holdout: that share of the hold-out's values, all steps of the horizon together, scored no higher. interval: the edge of the model's own interval.",
  }),
});
export type AnomalyThreshold = Static<typeof AnomalyThreshold>;

export const Anomalies = Type.Object({
  object: Type.Literal("anomalies"),
  model: Type.String(),
  checkpoint: Type.String(),
  thresholds: Type.Array(AnomalyThreshold),
  outputs: Type.Array(AnomalyOutput),
  calibration: CalibrationNote,
  timings: Timings,
});
export type Anomalies = Static<typeof Anomalies>;
