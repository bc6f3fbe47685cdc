import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";
import { Timings } from "./generation.ts";
import { Task } from "./models.ts";

const Numbers = Type.Array(Type.Number(), { maxItems: 100_000 });
const Rows = Type.Array(Numbers, { maxItems: 100_000 });

/** What one layer carries from step to step; `cell` of an lstm, `backward` of a layer that reads from both ends. */
export const LayerState = Type.Object(
  {
    hidden: Numbers,
    cell: Type.Optional(Numbers),
    backward: Type.Optional(
      Type.Object({ hidden: Numbers, cell: Type.Optional(Numbers) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
export type LayerState = Static<typeof LayerState>;

const Inclusion = Type.Union([Type.Literal("hidden_states"), Type.Literal("gates"), Type.Literal("attention")]);
export type Inclusion = Static<typeof Inclusion>;

export const PredictionInput = Type.Union([Type.String({ maxLength: 100_000 }), Numbers, Rows]);
export type PredictionInput = Static<typeof PredictionInput>;

export const PredictionBody = Type.Object(
  {
    inputs: Type.Array(PredictionInput, {
      minItems: 1,
      maxItems: 64,
      description:
        "Of a sequence model rows of input_size numbers; of a text model a text or its token ids; of a forecaster the rows of block_length numbers that its encoder sees.",
    }),
    initial_state: Type.Optional(
      Type.Array(LayerState, { description: "Of each layer, the lowest first; zeros where it is left out." }),
    ),
    include: Type.Optional(
      Type.Array(Inclusion, { uniqueItems: true, description: "What to show of every step besides the outputs." }),
    ),
    checkpoint: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type PredictionBody = Static<typeof PredictionBody>;

const Place = {
  layer: Type.Integer({ description: "From 0, the lowest." }),
  direction: Type.Union([Type.Literal("forward"), Type.Literal("backward")]),
};
export const PredictionOutput = Type.Object({
  outputs: Type.Array(Type.Array(Type.Number()), { description: "A row for each step, or one for the last." }),
  classes: Type.Optional(Type.Array(Type.Integer(), { description: "The most likely class, or token, of each row." })),
  tokens: Type.Optional(
    Type.Array(Type.Integer(), { description: "Text: the token ids that the input was read as, one a step." }),
  ),
  final_state: Type.Array(LayerState, { description: "An initial_state to go on from." }),
  hidden_states: Type.Optional(
    Type.Array(
      Type.Object({
        ...Place,
        hidden: Type.Array(Type.Array(Type.Number())),
        cell: Type.Optional(Type.Array(Type.Array(Type.Number()))),
      }),
    ),
  ),
  gates: Type.Optional(
    Type.Array(Type.Object({ ...Place, gates: Type.Record(Type.String(), Type.Array(Type.Array(Type.Number()))) })),
  ),
  attention: Type.Optional(
    Type.Array(Type.Array(Type.Number()), { description: "How much each output looked at each step: rows sum to 1." }),
  ),
});
export type PredictionOutput = Static<typeof PredictionOutput>;

/** values: in the units of the data. probabilities: of classes, or of the next token. encoding: what a forecaster's head gets. */
export const OutputMeaning = Type.Union([
  Type.Literal("values"),
  Type.Literal("probabilities"),
  Type.Literal("encoding"),
]);
export type OutputMeaning = Static<typeof OutputMeaning>;

export const Prediction = Type.Object({
  object: Type.Literal("prediction"),
  model: Type.String(),
  checkpoint: Type.String(),
  task: Task,
  meaning: OutputMeaning,
  vocabulary: Nullable(
    Type.Array(Type.String(), {
      description: "Text: the token of each column; a byte that is no whole character as <0xE2>.",
    }),
  ),
  outputs: Type.Array(PredictionOutput),
  timings: Timings,
});
export type Prediction = Static<typeof Prediction>;
