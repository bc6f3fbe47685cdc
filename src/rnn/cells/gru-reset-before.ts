import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
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
  hidden: Tensor2D;
};

/** [units, 3 * units] -> of the gates [units, 2 * units], of the candidate [units, units] */
function splitKernel(recurrentKernel: Tensor2D): [Tensor2D, Tensor2D] {
  const units = recurrentKernel.shape[0];
  return tf.split(recurrentKernel, [2 * units, units], 1) as [Tensor2D, Tensor2D];
}

/**
 * Gated recurrent unit as first published (Cho et al. 2014), the reset gate applied before the recurrent product.
 * Gates z, r, h: h = z h' + (1 - z) tanh(x_h + (r h') U_h).
 */
export const gruResetBefore: RecurrentCell = {
  forward({ projected, recurrentKernel, recurrentMask, initialState }) {
    const units = recurrentKernel.shape[0];
    const [gates, candidates] = tf.split(projected, [2 * units, units], 2).map(unstackSteps) as [
      Tensor2D[],
      Tensor2D[],
    ];
    const [gateKernel, candidateKernel] = splitKernel(recurrentKernel);
    const steps: GruStep[] = [];
    const previous = [initialState[0]!];
    for (const [time, step] of gates.entries()) {
      const hidden = previous.at(-1)!;
      const next = tf.tidy(() => {
        const seen = masked(hidden, recurrentMask);
        const gateSums = tf.add(step, tf.matMul(seen, gateKernel));
        const [update, reset] = tf.split(tf.sigmoid(gateSums), 2, 1) as [Tensor2D, Tensor2D];
        const recurrent = tf.matMul(tf.mul(reset, seen) as Tensor2D, candidateKernel);
        const candidate = tf.tanh(tf.add<Tensor2D>(candidates[time]!, recurrent));
        const mixed: Tensor2D = tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate)));
        return { update, reset, candidate, hidden: mixed };
      });
      steps.push(next);
      previous.push(next.hidden);
    }
    const all = (name: keyof GruStep) => stackSteps(steps.map((step) => step[name]));
    const saved = [all("update"), all("reset"), all("candidate"), stackSteps(previous.slice(0, -1))];
    return { hidden: previous.slice(1), finalMemory: [], saved };
  },

  backward({ hiddenGradient, recurrentKernel, recurrentMask, saved }) {
    const [update, reset, candidate, previousHidden] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
    const [gateKernel, candidateKernel] = splitKernel(recurrentKernel);
    const seen = maskedSteps(previousHidden, recurrentMask);
    // All factors that do not depend on the gradient itself, for all steps at once. time of [batch, units]
    const updateFactor = unstackSteps(tf.mul(tf.sub(previousHidden, candidate), sigmoidSlope(update)));
    const candidateFactor = unstackSteps(tf.mul(tf.sub(1, update), tanhSlope(candidate)));
    const resetFactor = unstackSteps(tf.mul(seen, sigmoidSlope(reset)));
    const [updateSteps, resetSteps] = [unstackSteps(update), unstackSteps(reset)];

    const gates: Tensor2D[] = []; // time of [batch, 2 * units]
    const candidates: Tensor2D[] = []; // time of [batch, units]
    let carried: Tensor2D = tf.zerosLike(hiddenGradient[0]!);
    for (let time = hiddenGradient.length - 1; time >= 0; time--) {
      [gates[time], candidates[time], carried] = tf.tidy(() => {
        const total: Tensor2D = tf.add(hiddenGradient[time]!, carried);
        const candidateSum: Tensor2D = tf.mul(total, candidateFactor[time]!);
        const resetHidden = tf.matMul(candidateSum, candidateKernel, false, true);
        const gateSums = tf.concat([tf.mul(total, updateFactor[time]!), tf.mul(resetHidden, resetFactor[time]!)], 1);
        const throughGates = tf.matMul(gateSums as Tensor2D, gateKernel, false, true);
        const throughSums: Tensor2D = tf.add(throughGates, tf.mul(resetHidden, resetSteps[time]!));
        const before = tf.add(tf.mul(total, updateSteps[time]!), masked(throughSums, recurrentMask));
        return [gateSums, candidateSum, before];
      }) as [Tensor2D, Tensor2D, Tensor2D];
    }
    const [gateSums, candidateSums] = [stackSteps(gates), stackSteps(candidates)];
    const gateKernelGradient = weightGradient(seen, gateSums);
    const candidateKernelGradient = weightGradient(tf.mul(reset, seen), candidateSums);
    return {
      projected: tf.concat([gateSums, candidateSums], 2),
      recurrentKernel: tf.concat([gateKernelGradient, candidateKernelGradient], 1),
      recurrentBias: null,
      initialState: [carried],
    };
  },
};
