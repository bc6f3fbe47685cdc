import { type Static, Type } from "typebox";

export const OptimizerName = Type.Union([
  Type.Literal("sgd"),
  Type.Literal("rmsprop"),
  Type.Literal("adam"),
  Type.Literal("adamw"),
]);
export type OptimizerName = Static<typeof OptimizerName>;

const share = { minimum: 0, exclusiveMaximum: 1 };
/** What an optimizer can be told. Names as in Keras; defaults, in optimizerDefaults, as in PyTorch. */
export const optimizerFields = {
  momentum: Type.Optional(
    Type.Number({ ...share, description: "sgd, rmsprop: share of the last update that goes on; 0 by default." }),
  ),
  nesterov: Type.Optional(
    Type.Boolean({
      description: "sgd with momentum: the gradient counts as if the momentum were already taken; false by default.",
    }),
  ),
  rho: Type.Optional(
    Type.Number({ ...share, description: "rmsprop: decay of the gradient's mean square; 0.99 by default." }),
  ),
  centered: Type.Optional(
    Type.Boolean({
      description: "rmsprop: divides by the deviation instead of the root mean square; false by default.",
    }),
  ),
  beta_1: Type.Optional(
    Type.Number({ ...share, description: "adam, adamw: decay of the gradient's mean; 0.9 by default." }),
  ),
  beta_2: Type.Optional(
    Type.Number({ ...share, description: "adam, adamw: decay of the gradient's mean square; 0.999 by default." }),
  ),
  epsilon: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: "rmsprop, adam, adamw: added to the root; 1e-8 by default.",
    }),
  ),
};
export type OptimizerField = keyof typeof optimizerFields;

/** The fields that mean something for each optimizer, with what they are where nobody says. */
export const optimizerDefaults = {
  sgd: { momentum: 0, nesterov: false },
  rmsprop: { rho: 0.99, momentum: 0, centered: false, epsilon: 1e-8 },
  adam: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 },
  adamw: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 },
} as const satisfies Record<OptimizerName, { [K in OptimizerField]?: number | boolean }>;
