import type { Activation, Cell } from "../../schemas/models.ts";
import type { Tensor, Tensor2D, Tensor3D } from "../backend.ts";

/**
 * Weights of one recurrent layer, laid out and ordered as Keras does.
 * Gates: lstm i, f, c, o; gru z, r, h; simple_rnn the one; min_gru z, h; min_lstm f, i, h. G is their number.
 */
export interface RecurrentWeights {
  kernel: Tensor2D; // [input, G * units]
  recurrentKernel: Tensor2D | null; // [units, G * units]; null for the min cells, whose gates do not see the state
  bias: Tensor; // [G * units]; gru with reset_after [2, G * units]: input bias, recurrent bias
  /** Where the sums of the gates are normalised. */
  norms?: LayerNorms | null;
}

/** Gains and biases of layer normalisation; null where the cell has no such sum. */
export interface LayerNorms {
  kernel: Tensor | null; // [G * units], of the inputs' share
  recurrent: Tensor | null; // [G * units], of the state's share
  sum: Tensor | null; // [units], simple_rnn: of both together
  cell: { gain: Tensor; bias: Tensor } | null; // [units] each, lstm: of the cell state on its way out
}

/** simple_rnn, gru, min_gru, min_lstm: [hidden]; lstm: [hidden, cell]. Each [batch, units]. */
export type RecurrentState = Tensor2D[];

export interface RecurrentInput {
  cell: Cell;
  /** Numbers [batch, time, input], or token ids [batch, time] (int32) that pick rows of the kernel: one-hot without the product. */
  inputs: Tensor3D | Tensor2D;
  initialState: RecurrentState;
  weights: RecurrentWeights;
  resetAfter: boolean;
  /** Of a simple_rnn; tanh where left out. */
  activation?: Activation;
  /** Dropout of the state on its way to the next step, the same at every step. */
  recurrentMask?: Tensor2D | null; // [batch, units]
  /** Steps of each row that count, where not all do: past its end a row's outputs are zero and its state stays as it was. */
  lengths?: readonly number[] | null;
}

export type RecurrentOutput = {
  outputs: Tensor3D; // [batch, time, units]
  finalState: RecurrentState;
};

/** A whole sequence through one layer, differentiable in inputs, initialState and weights. */
export type RecurrentLayer = (input: RecurrentInput) => RecurrentOutput;
