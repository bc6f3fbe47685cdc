/** A sequence as a reader hands it on: all its numbers read, the whole not yet checked. */
export interface IncomingSequence {
  /** How a person finds it: `sequence 4`, `line 3`. */
  name: string;
  inputs: number[][];
  targets: number[][];
  /** JSON pointer of a step of one of its parts, for faults. */
  pointer(part: "inputs" | "targets", step: number): string;
  /** Where a person finds the step: `row 17`, or `step 5`. */
  place(part: "inputs" | "targets", step: number): string;
}

/** Bounds the memory that one sequence takes while it is checked, and the steps a network is unrolled over. */
export const maximumSteps = 100_000;
export const maximumNumbers = 2_000_000;
export const maximumColumns = 4096;
/** Classes are counted up to here; higher whole numbers are quantities. */
export const maximumClasses = 65_536;
