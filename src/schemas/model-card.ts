import { type Static, Type } from "typebox";
import { Metrics, Name, Nullable } from "./common.ts";
import { Dataset } from "./datasets.ts";
import { TrainingSettings } from "./jobs.ts";
import { Model } from "./models.ts";

export const ModelCard = Type.Object({
  object: Type.Literal("model_card"),
  model: Type.String(),
  name: Name,
  task: Model.properties.task,
  checkpoint: Type.String(),
  architecture: Model.properties.architecture,
  forecast: Model.properties.forecast,
  sequence: Model.properties.sequence,
  text: Model.properties.text,
  parameter_count: Model.properties.parameter_count,
  data: Type.Object({
    dataset: Type.String(),
    name: Nullable(Name),
    sha256: Nullable(Type.String({ description: "null where the dataset has been deleted since." })),
    summary: Nullable(Dataset.properties.summary),
    split: Type.String({ description: "What was kept from training to judge it by." }),
  }),
  training: Type.Object({
    job: Type.String(),
    settings: TrainingSettings,
    seconds: Nullable(Type.Number({ description: "From the first start to the end, pauses included." })),
    peak_memory_bytes: Nullable(Type.Integer({ description: "Of the training process." })),
  }),
  metrics: Metrics,
  baselines: Type.Array(Type.Object({ name: Type.String(), metrics: Metrics }), {
    description: "What needs no learning, on the same data.",
  }),
  skill: Nullable(
    Type.Number({
      description:
        "1 - error / baseline's error. Forecasts: MASE beside seasonal naive. Text: bits per character beside the best n-gram. Below 0 the baseline is better.",
    }),
  ),
  warnings: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type ModelCard = Static<typeof ModelCard>;
