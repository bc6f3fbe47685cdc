/** By name, in the order they came; NaN where a value is missing. */
export interface IncomingCovariates {
  /** As long as the values. */
  past: [name: string, values: number[]][];
  /** As long as the values, or longer. */
  future: [name: string, values: number[]][];
  statics: [name: string, value: number | string][];
}

/** A series as a reader hands it on: each value read, the whole not yet checked. */
export interface IncomingSeries {
  id: string;
  start?: string | undefined;
  timestamps?: string[] | undefined;
  /** NaN where a value is missing. */
  values: number[];
  covariates?: IncomingCovariates | undefined;
  /** JSON pointer of one of its parts, for faults. */
  pointer(field: "id" | "start" | "timestamps" | "target", index?: number | null): string;
  /** Where a person finds the value: `row 17`, or `index 5`. */
  place(index: number): string;
}

/** Bounds the memory that one series takes while it is checked. */
export const maximumSeriesLength = 2_000_000;
const maximumIdLength = 256;

/** What is wrong with the id of a series; null when nothing is. Line separators would break the stored lines. */
export function idFault(id: unknown): string | null {
  if (typeof id !== "string") return "expected an id as a string";
  if (id === "" || id.length > maximumIdLength) {
    return `expected an id of 1 to ${maximumIdLength} characters, got ${id.length}`;
  }
  return /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(id) ? "expected an id without control characters" : null;
}
