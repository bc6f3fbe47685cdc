import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { padSteps } from "./sequence-algebra.ts";

/**
 * h[t] = keep[t] h[t-1] + add[t] for all steps, in log2(time) passes over the whole sequence (Hillis and Steele 1986) where a loop
 * takes `time`. No quotients and no logarithms, so any sign will do; keep within 0 ... 1.
 * [batch, time, units] twice, [batch, units] -> [batch, time, units]
 */
export function linearScan(keep: Tensor3D, add: Tensor3D, initial: Tensor2D): Tensor3D {
  const scan = tf.customGrad((...args) => {
    const [keep, add, initial, save] = args as unknown as [Tensor3D, Tensor3D, Tensor2D, (tensors: Tensor[]) => void];
    const hidden = tf.tidy(() => scanSteps(keep, addInitial(keep, add, initial), 1));
    save([keep, initial, hidden]);
    return { value: hidden, gradFunc: backward };
  });
  return scan(keep, add, initial) as Tensor3D;
}

/** What comes back from the next step is the same recurrence, from the end to the start. */
function backward(gradient: Tensor, saved: Tensor[]): Tensor[] {
  const [keep, initial, hidden] = saved as [Tensor3D, Tensor2D, Tensor3D];
  const total = scanSteps(shifted(keep, -1), gradient as Tensor3D, -1);
  const previous = tf.concat(
    [tf.expandDims(initial, 1), tf.slice(hidden, [0, 0, 0], [-1, hidden.shape[1] - 1, -1])],
    1,
  );
  return [tf.mul(total, previous), total, firstStep(tf.mul<Tensor3D>(total, keep))];
}

/** The initial state's share belongs to the first step. */
function addInitial(keep: Tensor3D, add: Tensor3D, initial: Tensor2D): Tensor3D {
  const share: Tensor3D = tf.expandDims(tf.mul(firstStep(keep), initial), 1);
  return tf.add(add, padSteps(share, 0, add.shape[1] - 1));
}

/** Runs of 1, 2, 4... steps become one: their decays multiply, their sums add up. Direction 1 is forward in time, -1 backward. */
function scanSteps(keep: Tensor3D, add: Tensor3D, direction: 1 | -1): Tensor3D {
  let [decay, sum] = [keep, add];
  for (let distance = 1; distance < add.shape[1]; distance *= 2) {
    sum = tf.add(sum, tf.mul(decay, shifted(sum, direction * distance)));
    decay = tf.mul(decay, shifted(decay, direction * distance));
  }
  return sum;
}

/** Steps moved later by `distance`, or earlier where it is negative; zeros take the free places. */
function shifted(sequence: Tensor3D, distance: number): Tensor3D {
  const start = Math.max(0, -distance);
  const kept = tf.slice(sequence, [0, start, 0], [-1, sequence.shape[1] - Math.abs(distance), -1]);
  return padSteps(kept, Math.max(0, distance), start);
}

function firstStep(sequence: Tensor3D): Tensor2D {
  return tf.squeeze(tf.slice(sequence, [0, 0, 0], [-1, 1, -1]), [1]);
}
