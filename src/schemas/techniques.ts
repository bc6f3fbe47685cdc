import { type Static, Type } from "typebox";
import { Reference } from "./common.ts";

export const ScheduledSampling = Type.Object(
  {
    schedule: Type.Union(
      [Type.Literal("constant"), Type.Literal("linear"), Type.Literal("exponential"), Type.Literal("inverse_sigmoid")],
      { default: "linear", description: "How the probability rises over the run (Bengio et al. 2015)." },
    ),
    probability: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.25,
      description: "That the network reads its own token instead of the data's, at the end of the run.",
    }),
    choice: Type.Union([Type.Literal("sample"), Type.Literal("argmax")], {
      default: "sample",
      description: "Its own token: drawn from its probabilities, or the likeliest.",
    }),
  },
  { additionalProperties: false },
);
export type ScheduledSampling = Static<typeof ScheduledSampling>;

export const InitFrom = Type.Object(
  {
    model: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: "Id or name: whose weights the run begins with; its own by default.",
      }),
    ),
    checkpoint: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: "One of that model; the one that serves it by default.",
      }),
    ),
    grow_vocabulary: Type.Optional(
      Type.Boolean({
        description:
          "Text: new characters get rows of their own; else they are refused. Only for a vocabulary of characters: the others spell every text.",
      }),
    ),
    old_dataset: Type.Optional(
      Type.Union([Reference, Type.Null()], {
        description:
          "Text: the data it learned from. Their loss is reported, replay and elastic_penalty need them. By default those the checkpoint was trained on; null for none.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type InitFrom = Static<typeof InitFrom>;

export const Replay = Type.Object(
  {
    share: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Share of each batch's rows that come from the old data.",
    }),
  },
  { additionalProperties: false },
);
export type Replay = Static<typeof Replay>;

export const ElasticPenalty = Type.Object(
  {
    strength: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1e9,
      description: "How hard weights that mattered to the old data are held (Kirkpatrick et al. 2017).",
    }),
    samples: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 200,
      description: "Sequences of the old data that say how much each weight matters.",
    }),
  },
  { additionalProperties: false },
);
export type ElasticPenalty = Static<typeof ElasticPenalty>;
