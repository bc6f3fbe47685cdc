import type { Tensor, Tensor1D } from "../backend.ts";

export interface Update {
  /** One a parameter, of any shape. */
  weights: Tensor[];
  gradients: Tensor[];
  /** In the order of the updater's `moments`, each all parameters one after another: [size] */
  moments: Tensor1D[];
  learningRate: number;
  /** Upper bound of the global norm; null for none. */
  clipNorm: number | null;
  /** 1 for the first update. */
  step: number;
}

/** The gradient's global norm before clipping, and new tensors; none where the norm is not finite. */
export type Updated = { norm: number; weights: Tensor[]; moments: Tensor1D[] };

/** One update of all parameters of a network: norm, clipping and the optimizer's arithmetic. */
export interface Updater {
  /** What it remembers of the gradients; each starts as zeros. */
  readonly moments: readonly string[];
  update(update: Update): Updated;
}
