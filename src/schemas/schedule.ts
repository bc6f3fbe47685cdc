import { type Static, Type } from "typebox";

/** How the learning rate goes on from its first value; a field of another type is refused: jobs/resolve-schedule.ts. */
export const Schedule = Type.Object(
  {
    type: Type.Union(
      [
        Type.Literal("constant"),
        Type.Literal("cosine"),
        Type.Literal("exponential"),
        Type.Literal("step"),
        Type.Literal("plateau"),
      ],
      { default: "constant" },
    ),
    warmup_steps: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      description: "Steps of linear warm-up from 0.",
    }),
    decay_rate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: "exponential and step: factor after each decay_steps.",
      }),
    ),
    decay_steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    factor: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description: "plateau: what the learning rate is multiplied by where the loss stops falling; 0.5 by default.",
      }),
    ),
    patience: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: "plateau: evaluations without a gain before that; 2 by default.",
      }),
    ),
    min_delta: Type.Optional(Type.Number({ minimum: 0, description: "plateau: what counts as a gain; 0 by default." })),
    cooldown: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: "plateau: evaluations after a reduction that do not count; 0 by default.",
      }),
    ),
    min_learning_rate: Type.Optional(
      Type.Number({ minimum: 0, maximum: 10, description: "plateau: it goes no lower; 0 by default." }),
    ),
  },
  { additionalProperties: false },
);
export type Schedule = Static<typeof Schedule>;
