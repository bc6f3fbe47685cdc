import { appError } from "../errors.ts";

export type FrequencyUnit = "s" | "min" | "h" | "d" | "w" | "mo" | "q" | "y";

/** The step between two observations: `multiple` times `unit`. */
export interface Frequency {
  multiple: number;
  unit: FrequencyUnit;
}

/** Reads `h`, `15min`, `2w`; throws validation_failed. */
export function parseFrequency(text: string): Frequency {
  const match = /^([1-9][0-9]{0,3})?(s|min|h|d|w|mo|q|y)$/.exec(text);
  if (match === null) {
    throw appError(
      "validation_failed",
      `expected a frequency s, min, h, d, w, mo, q or y with an optional multiple up to 9999 in front, such as 15min, got ${JSON.stringify(text)}`,
    );
  }
  return { multiple: Number(match[1] ?? 1), unit: match[2] as FrequencyUnit };
}
