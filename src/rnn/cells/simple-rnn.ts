import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import type { RecurrentCell } from "./recurrent-cell.ts";
import { stackSteps, tanhSlope, unstackSteps, weightGradient } from "./sequence-algebra.ts";

/** Elman network: h = tanh(x W + b + h' U), as Keras SimpleRNN. */
export const simpleRnn: RecurrentCell = {
  forward({ projected, recurrentKernel, initialState }) {
    const previous = [initialState[0]!];
    for (const step of unstackSteps(projected)) {
      previous.push(tf.tidy(() => tf.tanh(tf.add<Tensor2D>(step, tf.matMul(previous.at(-1)!, recurrentKernel)))));
    }
    const hidden = previous.slice(1);
    return { hidden, finalMemory: [], saved: [stackSteps(hidden), stackSteps(previous.slice(0, -1))] };
  },

  backward({ hiddenGradient, recurrentKernel, saved }) {
    const [hidden, previousHidden] = saved as [Tensor3D, Tensor3D];
    const slope = unstackSteps(tanhSlope(hidden));
    const preactivation: Tensor2D[] = []; // time of [batch, units]
    let carried: Tensor2D = tf.zerosLike(hiddenGradient[0]!);
    for (let time = slope.length - 1; time >= 0; time--) {
      preactivation[time] = tf.tidy(() => tf.mul(tf.add(hiddenGradient[time]!, carried), slope[time]!));
      carried = tf.matMul(preactivation[time]!, recurrentKernel, false, true);
    }
    const projected = stackSteps(preactivation);
    return {
      projected,
      recurrentKernel: weightGradient(previousHidden, projected),
      recurrentBias: null,
      initialState: [carried],
    };
  },
};
