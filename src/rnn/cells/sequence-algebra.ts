import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";

/** s (1 - s): the derivative of the logistic function at the point where it is s. */
export function sigmoidSlope<T extends Tensor>(value: T): T {
  return tf.mul(value, tf.sub(1, value));
}

/** 1 - t^2: the derivative of tanh at the point where it is t. */
export function tanhSlope<T extends Tensor>(value: T): T {
  return tf.sub(1, tf.square(value));
}

/** time of [batch, n] -> [batch, time, n] */
export function stackSteps(steps: Tensor2D[]): Tensor3D {
  return tf.stack(steps, 1) as Tensor3D;
}

/** [batch, time, n] -> time of [batch, n] */
export function unstackSteps(sequence: Tensor): Tensor2D[] {
  return tf.unstack(sequence, 1) as Tensor2D[];
}

/** A state or its gradient under a mask. [batch, n] */
export function masked(values: Tensor2D, mask: Tensor2D | null): Tensor2D {
  return mask === null ? values : tf.mul(values, mask);
}

/** Every step under the mask. [batch, time, n], [batch, n] */
export function maskedSteps(sequence: Tensor3D, mask: Tensor2D | null): Tensor3D {
  return mask === null ? sequence : tf.mul(sequence, tf.expandDims(mask, 1));
}

/** Gradient of a weight used at every step: one product over batch and time. [batch, time, m], [batch, time, n] -> [m, n] */
export function weightGradient(inputs: Tensor3D, gradients: Tensor3D): Tensor2D {
  return tf.matMul(flattenSteps(inputs), flattenSteps(gradients), true, false);
}

/** Zeros before and after, in steps. [batch, time, n] -> [batch, before + time + after, n] */
export function padSteps(sequence: Tensor3D, before: number, after: number): Tensor3D {
  if (before === 0 && after === 0) return sequence;
  const padding: [number, number][] = [
    [0, 0],
    [before, after],
    [0, 0],
  ];
  return tf.pad(sequence, padding);
}

/** The last step. [batch, time, n] -> [batch, n] */
export function lastStepOf(sequence: Tensor3D): Tensor2D {
  return tf.squeeze(tf.slice(sequence, [0, sequence.shape[1] - 1, 0], [-1, 1, -1]), [1]);
}

/** [batch, time, n] -> [batch * time, n] */
export function flattenSteps(sequence: Tensor): Tensor2D {
  return tf.reshape(sequence, [-1, sequence.shape[2]!]) as Tensor2D;
}
