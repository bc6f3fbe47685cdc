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

/** One step: the values the backward pass needs again, and the new state. Each [batch, units]. */
type LstmStep = {
  input: Tensor2D;
  forget: Tensor2D;
  candidate: Tensor2D;
  output: Tensor2D;
  cellTanh: Tensor2D;
  cell: Tensor2D;
  hidden: Tensor2D;
};

function lstmStep(sums: Tensor2D, cell: Tensor2D): LstmStep {
  const units = cell.shape[1];
  // One logistic call over all four gates costs less than three over slices; its third quarter goes unused.
  const gates = tf.reshape(tf.sigmoid(sums), [-1, 4, units]); // [batch, gate, units]
  const [input, forget, , output] = unstackSteps(gates) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
  const candidate = tf.tanh<Tensor2D>(tf.slice(sums, [0, 2 * units], [-1, units]));
  const next: Tensor2D = tf.add(tf.mul(forget, cell), tf.mul(input, candidate));
  const cellTanh = tf.tanh(next);
  return { input, forget, candidate, output, cellTanh, cell: next, hidden: tf.mul(output, cellTanh) };
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers 2000). Gates i, f, c, o as in Keras. */
export const lstm: RecurrentCell = {
  forward({ projected, recurrentKernel, recurrentMask, initialState }) {
    const [initialHidden, initialCell] = initialState as [Tensor2D, Tensor2D];
    const steps: LstmStep[] = [];
    let state = { hidden: initialHidden, cell: initialCell };
    for (const step of unstackSteps(projected)) {
      const { hidden, cell } = state;
      const next = tf.tidy(() => {
        const recurrent = tf.matMul(masked(hidden, recurrentMask), recurrentKernel);
        return lstmStep(tf.add(step, recurrent), cell);
      });
      steps.push(next);
      state = next;
    }
    const all = (name: keyof LstmStep) => steps.map((step) => step[name]);
    const hidden = all("hidden");
    const saved = [
      all("input"),
      all("forget"),
      all("candidate"),
      all("output"),
      all("cellTanh"),
      [initialCell, ...all("cell").slice(0, -1)],
    ].map(stackSteps);
    const previousHidden = maskedSteps(stackSteps([initialHidden, ...hidden.slice(0, -1)]), recurrentMask);
    return { hidden, finalMemory: [state.cell], saved: [...saved, previousHidden] };
  },

  backward({ hiddenGradient, finalMemoryGradient, recurrentKernel, recurrentMask, saved }) {
    const [input, forget, candidate, output, cellTanh, previousCell, previousHidden] = saved as LstmSaved;
    // All factors that do not depend on the gradient itself, for all steps at once. [batch, time, ...]
    const cellFromHidden = unstackSteps(tf.mul(output, tanhSlope(cellTanh)));
    const gateSlopes = unstackSteps(
      tf.concat(
        [
          tf.mul(candidate, sigmoidSlope(input)),
          tf.mul(previousCell, sigmoidSlope(forget)),
          tf.mul(input, tanhSlope(candidate)),
          tf.mul(cellTanh, sigmoidSlope(output)),
        ],
        2,
      ),
    );
    const forgetSteps = unstackSteps(forget);

    const sums: Tensor2D[] = []; // gradient of the gates' sums, time of [batch, 4 * units]
    let hidden: Tensor2D = tf.zerosLike(hiddenGradient[0]!);
    let cell = finalMemoryGradient[0]!;
    for (let time = hiddenGradient.length - 1; time >= 0; time--) {
      [sums[time], hidden, cell] = tf.tidy(() => {
        const hiddenTotal: Tensor2D = tf.add(hiddenGradient[time]!, hidden);
        const cellTotal: Tensor2D = tf.add(cell, tf.mul(hiddenTotal, cellFromHidden[time]!));
        const spread = tf.concat([cellTotal, cellTotal, cellTotal, hiddenTotal], 1);
        const sum: Tensor2D = tf.mul(spread, gateSlopes[time]!);
        const before = masked(tf.matMul(sum, recurrentKernel, false, true), recurrentMask);
        return [sum, before, tf.mul(cellTotal, forgetSteps[time]!)];
      }) as [Tensor2D, Tensor2D, Tensor2D];
    }
    const projected = stackSteps(sums);
    return {
      projected,
      recurrentKernel: weightGradient(previousHidden, projected),
      recurrentBias: null,
      initialState: [hidden, cell],
    };
  },
};

type LstmSaved = [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D];
