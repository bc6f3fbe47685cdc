import { type Tensor, type Tensor1D, tf } from "../backend.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Update, Updated, Updater } from "./updater.ts";

/** An update rule applied in TensorFlow.js operations to all parameters as one long vector. */
export function referenceUpdater(rule: UpdateRule): Updater {
  return { moments: rule.moments, update: (update) => tf.tidy(() => applyRule(rule, update)) };
}

function applyRule(rule: UpdateRule, { weights, gradients, moments, learningRate, clipNorm, step }: Update): Updated {
  const gradient = flatten(gradients);
  const norm = Math.sqrt(tf.sum(tf.square(gradient)).dataSync()[0]!);
  if (!Number.isFinite(norm)) return { norm, weights: [], moments: [] };
  const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6)); // as PyTorch's clip_grad_norm_
  const clipped = scale < 1 ? tf.mul<Tensor1D>(gradient, scale) : gradient;
  const updated = rule.update({ weights: flatten(weights), gradient: clipped, moments, learningRate, step });
  return { norm, weights: unflatten(updated.weights, weights), moments: updated.moments };
}

function flatten(tensors: Tensor[]): Tensor1D {
  return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]) as Tensor1D));
}

function unflatten(values: Tensor1D, like: Tensor[]): Tensor[] {
  const sizes = like.map(({ size }) => size);
  return tf.split(values, sizes).map((part, index) => tf.reshape(part, like[index]!.shape));
}
