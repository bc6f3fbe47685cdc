import type { Activation } from "../../schemas/models.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import type { RecurrentCell } from "./recurrent-cell.ts";
import { masked, maskedSteps, stackSteps, tanhSlope, unstackSteps, weightGradient } from "./sequence-algebra.ts";

/** Elman network: h = f(x W + b + h' U), as Keras SimpleRNN; f is tanh or relu. */
export function simpleRnn(activation: Activation): RecurrentCell {
  const activate = activation === "tanh" ? tf.tanh<Tensor2D> : tf.relu<Tensor2D>;
  const slopeAt = activation === "tanh" ? tanhSlope<Tensor3D> : tf.step<Tensor3D>;
  return {
    forward({ projected, recurrentKernel, recurrentMask, initialState }) {
      const previous = [initialState[0]!];
      for (const step of unstackSteps(projected)) {
        const seen = masked(previous.at(-1)!, recurrentMask);
        previous.push(tf.tidy(() => activate(tf.add<Tensor2D>(step, tf.matMul(seen, recurrentKernel)))));
      }
      const hidden = previous.slice(1);
      const previousHidden = maskedSteps(stackSteps(previous.slice(0, -1)), recurrentMask);
      return { hidden, finalMemory: [], saved: [stackSteps(hidden), previousHidden] };
    },

    backward({ hiddenGradient, recurrentKernel, recurrentMask, saved }) {
      const [hidden, previousHidden] = saved as [Tensor3D, Tensor3D];
      const slope = unstackSteps(slopeAt(hidden));
      const preactivation: Tensor2D[] = []; // time of [batch, units]
      let carried: Tensor2D = tf.zerosLike(hiddenGradient[0]!);
      for (let time = slope.length - 1; time >= 0; time--) {
        preactivation[time] = tf.tidy(() => tf.mul(tf.add(hiddenGradient[time]!, carried), slope[time]!));
        carried = masked(tf.matMul(preactivation[time]!, recurrentKernel, false, true), recurrentMask);
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
}
