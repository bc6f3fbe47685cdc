import { type Tensor, type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Clipping, Update, Updated, Updater } from "./updater.ts";

/** An update rule applied in TensorFlow.js operations to all parameters as one long vector. */
export function referenceUpdater(rule: UpdateRule): Updater {
  return { moments: rule.moments, update: (update) => tf.tidy(() => applyRule(rule, update)) };
}

function applyRule(rule: UpdateRule, { weights, gradients, moments, learningRate, step, ...clipping }: Update) {
  const squares = tf.stack(gradients.map((gradient) => tf.sum(tf.square(gradient)))).arraySync() as number[];
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  const norms = squares.map(Math.sqrt);
  if (!Number.isFinite(norm)) return { norm, norms, weights: [], moments: [] } satisfies Updated;
  const gradient = clip(flatten(gradients), norm, clipping);
  const updated = rule.update({ weights: flatten(weights), gradient, moments, learningRate, step });
  return { norm, norms, weights: unflatten(updated.weights, weights), moments: updated.moments };
}

function clip(gradient: Tensor1D, norm: number, { clipNorm, clipValue }: Clipping): Tensor1D {
  if (clipValue !== null) return tf.clipByValue(gradient, -clipValue, clipValue);
  const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6)); // as PyTorch's clip_grad_norm_
  return scale < 1 ? tf.mul(gradient, scale) : gradient;
}

function flatten(tensors: Tensor[]): Tensor1D {
  return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]) as Tensor1D));
}

function unflatten(values: Tensor1D, like: Tensor[]): Tensor[] {
  const sizes = like.map(({ size }) => size);
  return tf.split(values, sizes).map((part, index) => tf.reshape(part, like[index]!.shape));
}
