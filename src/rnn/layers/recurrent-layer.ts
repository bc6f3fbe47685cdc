import type { Cell } from "../../schemas/models.ts";
import type { Tensor, Tensor2D, Tensor3D } from "../backend.ts";

/**
 * Weights of one recurrent layer, laid out and ordered as Keras does.
 * Gates: lstm i, f, c, o; gru z, r, h; simple_rnn the one. G is their number.
 */
export interface RecurrentWeights {
  kernel: Tensor2D; // [input, G * units]
  recurrentKernel: Tensor2D; // [units, G * units]
  bias: Tensor; // [G * units]; gru with reset_after [2, G * units]: input bias, recurrent bias
}

/** simple_rnn, gru: [hidden]; lstm: [hidden, cell]. Each [batch, units]. */
export type RecurrentState = Tensor2D[];

export interface RecurrentInput {
  cell: Cell;
  /** Numbers [batch, time, input], or token ids [batch, time] (int32) that pick rows of the kernel: one-hot without the product. */
  inputs: Tensor3D | Tensor2D;
  initialState: RecurrentState;
  weights: RecurrentWeights;
  resetAfter: boolean;
}

export type RecurrentOutput = {
  outputs: Tensor3D; // [batch, time, units]
  finalState: RecurrentState;
};

/** A whole sequence through one layer, differentiable in inputs, initialState and weights. */
export type RecurrentLayer = (input: RecurrentInput) => RecurrentOutput;
