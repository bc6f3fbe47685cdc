import type { Frequency } from "./parse-frequency.ts";
import type { Timestamp } from "./timestamp.ts";

/** Evenly spaced times: the first one and the step. All others follow, in both directions. */
export interface Timeline {
  first: Timestamp;
  frequency: Frequency;
}

/** Why times cannot be read as a timeline. `index` is null where the fault is not in one of the `timestamps`. */
export interface TimelineFault {
  field: "start" | "frequency" | "timestamps";
  index: number | null;
  code: "invalid" | "mixed" | "descending" | "duplicate" | "gap" | "irregular" | "missing" | "length" | "mismatch";
  message: string;
  value?: string;
  hint?: string;
}
