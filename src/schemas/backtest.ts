import { type Static, Type } from "typebox";
import { Nullable, Reference } from "./common.ts";
import { CalibrationNote, ForecastBody } from "./forecast.ts";
import { Timings } from "./generation.ts";

const { inputs, horizon, quantiles, checkpoint } = ForecastBody.properties;

export const BacktestBody = Type.Object(
  {
    dataset: Type.Optional(
      Type.String({ ...Reference, description: "The series to test on: a dataset of kind series, or else `inputs`." }),
    ),
    inputs: Type.Optional(inputs),
    windows: Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: "Cut-offs in each series." }),
    step: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: "Values between two cut-offs; the horizon by default.",
      }),
    ),
    horizon,
    quantiles,
    refit: Type.Boolean({
      default: false,
      description:
        "Only false: the model is taken as it is. To train anew for each cut-off, start a job on data that end there.",
    }),
    include_forecasts: Type.Boolean({
      default: true,
      description: "false: the figures alone, without a row for each forecast.",
    }),
    stream: Type.Boolean({ default: false, description: "Server-sent events instead of one JSON reply." }),
    checkpoint,
  },
  { additionalProperties: false },
);
export type BacktestBody = Static<typeof BacktestBody>;

const Values = Type.Array(Type.Number());

export const BacktestForecast = Type.Object({
  id: Nullable(Type.String()),
  window: Type.Integer({ description: "From 1, the oldest cut-off." }),
  cutoff: Type.Integer({ description: "Values of the series before it: the forecast was made from these alone." }),
  timestamps: Nullable(Type.Array(Type.String())),
  actual: Type.Array(Nullable(Type.Number()), { description: "What came; null where a value is missing." }),
  mean: Values,
  median: Values,
  quantiles: Type.Record(Type.String(), Values),
  seen_in_training: Nullable(
    Type.Boolean({
      description:
        "Whether the model learned from values that were to be forecast here; null where it learned from other data than this dataset.",
    }),
  ),
});
export type BacktestForecast = Static<typeof BacktestForecast>;

const Figure = Nullable(Type.Number());
const accuracy = { mase: Figure, smape: Figure, rmsse: Figure, weighted_quantile_loss: Figure };

export const BacktestMetrics = Type.Object(
  {
    ...accuracy,
    coverage: Type.Record(Type.String(), Type.Number(), {
      description: 'Share of values within each central interval, by what it should hold: {"0.8": 0.79}.',
    }),
    seasonal_naive: Type.Object(accuracy, { description: "The last season repeated, on the same steps." }),
    skill: Nullable(Type.Number({ description: "Share of the seasonal naive forecast's MASE that is gone." })),
  },
  { description: "Of the median, and of the quantiles; null where a figure is not defined." },
);
export type BacktestMetrics = Static<typeof BacktestMetrics>;

const end = {
  horizon: Type.Integer(),
  step: Type.Integer(),
  forecasts: Type.Integer({ description: "Made, over all series and windows." }),
  skipped: Type.Integer({ description: "Windows left out: too few values before the cut-off." }),
  windows: Type.Array(
    Type.Object({
      window: Type.Integer(),
      forecasts: Type.Integer(),
      seen_in_training: Type.Integer({ description: "Of them, those whose values the model learned from." }),
      metrics: BacktestMetrics,
    }),
  ),
  metrics: BacktestMetrics,
  calibration: CalibrationNote,
  timings: Timings,
};

export const Backtest = Type.Object({
  object: Type.Literal("backtest"),
  model: Type.String(),
  checkpoint: Type.String(),
  ...end,
  rows: Type.Optional(Type.Array(BacktestForecast)),
});
export type Backtest = Static<typeof Backtest>;

/** What a backtest comes to. */
export type BacktestEnd = Omit<Backtest, "object" | "model" | "checkpoint" | "rows">;

/** What a stream of a backtest consists of. */
export type BacktestEvent =
  | {
      type: "backtest-start";
      model: string;
      checkpoint: string;
      series: number;
      windows: number;
      step: number;
      horizon: number;
    }
  | ({ type: "backtest-forecast" } & BacktestForecast)
  | ({ type: "backtest-end" } & BacktestEnd);
