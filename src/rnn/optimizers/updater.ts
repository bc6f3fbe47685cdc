import type { Tensor, Tensor1D } from "../backend.ts";

/** Bounds of a gradient: of its global norm, or of every number of it; null for none. */
export interface Clipping {
  clipNorm: number | null;
  clipValue: number | null;
}

export interface Update extends Clipping {
  /** One a parameter, of any shape. */
  weights: Tensor[];
  gradients: Tensor[];
  /** In the order of the updater's `moments`, each all parameters one after another: [size] */
  moments: Tensor1D[];
  learningRate: number;
  /** 1 for the first update. */
  step: number;
}

/** Norms before clipping. */
export type GradientNorms = {
  norm: number;
  /** Of each parameter's gradient, in their order. */
  norms: number[];
};

/** New tensors, beside the norms; none where the norm is not finite. */
export type Updated = GradientNorms & { weights: Tensor[]; moments: Tensor1D[] };

/** One update of all parameters of a network: norms, clipping and the optimizer's arithmetic. */
export interface Updater {
  /** What it remembers of the gradients; each starts as zeros. */
  readonly moments: readonly string[];
  update(update: Update): Updated;
}
