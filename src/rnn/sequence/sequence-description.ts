import type { ColumnScaling } from "./column-scaling.ts";

/** What serving needs beside architecture, settings and weights: TrainingTask.describe() of a sequence model. */
export interface SequenceDescription {
  /** null where the model takes its inputs as they are. */
  inputs: ColumnScaling | null;
  /** null where it gives its outputs as they are, and for classes. */
  targets: ColumnScaling | null;
}
