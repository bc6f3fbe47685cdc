import type { Tensor, Tensor2D, Tensor3D } from "../backend.ts";

/** What a cell is given: the inputs' share of all gates is computed already, for all steps at once. */
export interface CellInput {
  projected: Tensor3D; // [batch, time, G * units]
  recurrentKernel: Tensor2D; // [units, G * units]
  recurrentBias: Tensor | null; // [G * units]; gru with reset_after only
  initialState: Tensor2D[]; // each [batch, units]
  /** What the hidden state is multiplied with on its way to the next step: dropout, the same at every step (Gal and Ghahramani 2016). */
  recurrentMask: Tensor2D | null; // [batch, units]
}

export interface CellOutput {
  /** Hidden state after each step, in order. */
  hidden: Tensor2D[]; // time of [batch, units]
  /** The parts of the final state beside the hidden state: the cell state of lstm. */
  finalMemory: Tensor2D[];
  /** What `backward` needs again. */
  saved: Tensor[];
}

export interface CellGradientInput {
  hiddenGradient: Tensor2D[]; // time of [batch, units]
  finalMemoryGradient: Tensor2D[];
  recurrentKernel: Tensor2D;
  recurrentMask: Tensor2D | null;
  saved: Tensor[];
}

export interface CellGradient {
  projected: Tensor3D;
  recurrentKernel: Tensor2D;
  recurrentBias: Tensor | null;
  initialState: Tensor2D[];
}

/**
 * A recurrence over a whole sequence, and its gradient by hand. Written out because automatic differentiation of single steps
 * takes three times as many native calls, and one product per step for the weights where one for the whole sequence does.
 */
export interface RecurrentCell {
  forward(input: CellInput): CellOutput;
  backward(input: CellGradientInput): CellGradient;
}
