import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import type { RecurrentCell } from "./recurrent-cell.ts";
import {
  masked,
  maskedSteps,
  sigmoidSlope,
  stackSteps,
  tanhSlope,
  unstackSteps,
  weightGradient,
} from "./sequence-algebra.ts";

/** One step. Each [batch, units]. */
type GruStep = {
  update: Tensor2D;
  reset: Tensor2D;
  candidate: Tensor2D;
  /** The candidate's recurrent sum before the reset gate. */
  recurrent: Tensor2D;
  hidden: Tensor2D;
};

function gruStep(gates: Tensor2D, candidateInput: Tensor2D, recurrentSums: Tensor2D, hidden: Tensor2D): GruStep {
  const units = hidden.shape[1];
  const [recurrentGates, recurrent] = tf.split(recurrentSums, [2 * units, units], 1) as [Tensor2D, Tensor2D];
  const [update, reset] = tf.split(tf.sigmoid(tf.add(gates, recurrentGates)), 2, 1) as [Tensor2D, Tensor2D];
  const candidate = tf.tanh(tf.add<Tensor2D>(candidateInput, tf.mul(reset, recurrent)));
  const next: Tensor2D = tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate)));
  return { update, reset, candidate, recurrent, hidden: next };
}

/**
 * Gated recurrent unit, the reset gate applied after the recurrent product, as Keras with reset_after, PyTorch and cuDNN have it.
 * Gates z, r, h: h = z h' + (1 - z) tanh(x_h + r (h' U_h + b_h)).
 */
export const gru: RecurrentCell = {
  forward({ projected, recurrentKernel, recurrentBias, recurrentMask, initialState }) {
    const units = recurrentKernel.shape[0];
    const [gates, candidates] = tf.split(projected, [2 * units, units], 2).map(unstackSteps) as [
      Tensor2D[],
      Tensor2D[],
    ];
    const bias = recurrentBias as Tensor;
    const steps: GruStep[] = [];
    const previous = [initialState[0]!];
    for (const [time, step] of gates.entries()) {
      const hidden = previous.at(-1)!;
      const next = tf.tidy(() => {
        const sums = tf.add(tf.matMul(masked(hidden, recurrentMask), recurrentKernel), bias) as Tensor2D;
        return gruStep(step, candidates[time]!, sums, hidden);
      });
      steps.push(next);
      previous.push(next.hidden);
    }
    const all = (name: keyof GruStep) => stackSteps(steps.map((step) => step[name]));
    const saved = [all("update"), all("reset"), all("candidate"), all("recurrent"), stackSteps(previous.slice(0, -1))];
    return { hidden: previous.slice(1), finalMemory: [], saved };
  },

  backward({ hiddenGradient, recurrentKernel, recurrentMask, saved }) {
    const [update, reset, candidate, recurrent, previousHidden] = saved as GruSaved;
    // All factors that do not depend on the gradient itself, for all steps at once. [batch, time, ...]
    const updateFactor = tf.mul(tf.sub(previousHidden, candidate), sigmoidSlope(update));
    const candidateFactor = tf.mul(tf.sub(1, update), tanhSlope(candidate));
    const resetFactor = tf.mul(tf.mul(candidateFactor, recurrent), sigmoidSlope(reset));
    const factors = unstackSteps(tf.concat([updateFactor, resetFactor, tf.mul(candidateFactor, reset)], 2));
    const updateSteps = unstackSteps(update);

    const hidden: Tensor2D[] = []; // time of [batch, units]
    const sums: Tensor2D[] = []; // gradient of the recurrent sums, time of [batch, 3 * units]
    let carried: Tensor2D = tf.zerosLike(hiddenGradient[0]!);
    for (let time = hiddenGradient.length - 1; time >= 0; time--) {
      [hidden[time], sums[time], carried] = tf.tidy(() => {
        const total: Tensor2D = tf.add(hiddenGradient[time]!, carried);
        const sum: Tensor2D = tf.mul(tf.tile(total, [1, 3]), factors[time]!);
        const throughSums = masked(tf.matMul(sum, recurrentKernel, false, true), recurrentMask);
        return [total, sum, tf.add(tf.mul(total, updateSteps[time]!), throughSums)];
      }) as [Tensor2D, Tensor2D, Tensor2D];
    }
    const recurrentSums = stackSteps(sums); // [batch, time, 3 * units]
    const units = update.shape[2];
    const gates: Tensor3D = tf.slice(recurrentSums, [0, 0, 0], [-1, -1, 2 * units]);
    return {
      projected: tf.concat([gates, tf.mul<Tensor3D>(stackSteps(hidden), candidateFactor)], 2),
      recurrentKernel: weightGradient(maskedSteps(previousHidden, recurrentMask), recurrentSums),
      recurrentBias: tf.sum(recurrentSums, [0, 1]),
      initialState: [carried],
    };
  },
};

type GruSaved = [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D];
