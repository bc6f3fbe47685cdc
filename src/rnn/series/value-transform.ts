import type { ResolvedForecastSettings } from "../../schemas/models.ts";

export interface ValueTransform {
  forward(value: number): number;
  /** Never infinite: what a double cannot hold becomes the largest it can. */
  inverse(value: number): number;
}

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);

/** Into the space the network works in, and back. log takes positive values only. */
export const valueTransforms: Record<ResolvedForecastSettings["transform"], ValueTransform> = {
  log: { forward: Math.log, inverse: (value) => bounded(Math.exp(value)) },
  none: { forward: (value) => value, inverse: bounded },
};
