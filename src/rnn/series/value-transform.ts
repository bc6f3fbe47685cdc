import type { ResolvedForecastSettings } from "../../schemas/models.ts";

export interface ValueTransform {
  forward(value: number): number;
  /** Never infinite: what a double cannot hold becomes the largest it can. */
  inverse(value: number): number;
}

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

const linear: ValueTransform = { forward: (value) => value, inverse: bounded };
const logarithm: ValueTransform = { forward: Math.log, inverse: (value) => bounded(Math.exp(value)) };

/**
 * Into the space the network works in, and back; logarithms take positive values only. Differences are taken where contexts are
 * cut: what is forecast is their sum, the value itself less the last one known.
 */
export const valueTransforms: Record<ResolvedForecastSettings["transform"], ValueTransform> = {
  none: linear,
  log: logarithm,
  difference: linear,
  log_difference: logarithm,
};
