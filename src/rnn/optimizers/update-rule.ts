import type { Tensor1D } from "../backend.ts";

export interface RuleUpdate {
  // All parameters of a network, one after another: [size]
  weights: Tensor1D;
  gradient: Tensor1D;
  /** In the order of the rule's `moments`. */
  moments: Tensor1D[];
  learningRate: number;
  /** 1 for the first update. */
  step: number;
}

export type RuleUpdated = { weights: Tensor1D; moments: Tensor1D[] };

/** An optimizer's arithmetic: a pure function over all parameters at once, so that a step is a handful of operations. */
export interface UpdateRule {
  /** What it remembers of the gradients; each starts as zeros. */
  readonly moments: readonly string[];
  update(update: RuleUpdate): RuleUpdated;
}
