import type { ResolvedForecastSettings } from "../../schemas/models.ts";
import { valueTransforms } from "./value-transform.ts";

/** What every value that goes out keeps to; null: no bound. */
export interface OutputBounds {
  minimum: number | null;
  maximum: number | null;
  /** Whole numbers only. */
  integer: boolean;
}

export interface OutputValues {
  /** Of a value in transformed units, of a quantile or a path: within the bounds, and whole where they say so. Keeps the order. */
  value(transformed: number): number;
  /** Of a value that has been inverted already: the mean of whole numbers need not be one. */
  withinBounds(value: number): number;
}

/** From the space that the network works in to the values of the reply. */
export function outputValues({
  transform,
  bounds,
}: {
  transform: ResolvedForecastSettings["transform"];
  bounds: OutputBounds;
}): OutputValues {
  const { inverse } = valueTransforms[transform];
  const { minimum, maximum, integer } = bounds;
  const [least, most] = [minimum ?? Number.NEGATIVE_INFINITY, maximum ?? Number.POSITIVE_INFINITY];
  // A whole number within bounds that are none themselves.
  const [leastWhole, mostWhole] = [Math.ceil(least), Math.floor(most)];
  const withinBounds = (value: number) => Math.min(Math.max(value, least), most);
  const whole = (value: number) => Math.min(Math.max(Math.round(value), leastWhole), mostWhole) + 0; // no -0
  return {
    withinBounds,
    value: integer ? (transformed) => whole(inverse(transformed)) : (transformed) => withinBounds(inverse(transformed)),
  };
}
