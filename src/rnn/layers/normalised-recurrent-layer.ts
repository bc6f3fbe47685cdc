import { type Tensor2D, tf } from "../backend.ts";
import { stackSteps, unstackSteps } from "../cells/sequence-algebra.ts";
import { cellStep } from "./cell-step.ts";
import { projectSteps } from "./project-steps.ts";
import type { RecurrentLayer, RecurrentState } from "./recurrent-layer.ts";
import { stepMask } from "./step-mask.ts";

/** simple_rnn, lstm and gru with layer normalisation, step by step, differentiated by TensorFlow.js. */
export const normalisedRecurrentLayer: RecurrentLayer = (input) =>
  tf.tidy(() => {
    const steps = unstackSteps(projectSteps(input)); // time of [batch, G * units]
    const counted = input.lengths ? unstackSteps(stepMask(input.lengths, steps.length)) : null; // time of [batch, 1]
    const outputs: Tensor2D[] = [];
    let state: RecurrentState = input.initialState;
    for (const [time, projected] of steps.entries()) {
      const next = cellStep(input, projected, state).state;
      const mask = counted?.[time];
      state = mask ? next.map((values, index) => choose(mask, values, state[index]!)) : next;
      outputs.push(mask ? tf.mul(state[0]!, mask) : state[0]!);
    }
    return { outputs: stackSteps(outputs), finalState: state };
  });

/** The first where the row's step counts, the second bit for bit where it does not. [batch, 1], [batch, units] twice */
function choose(mask: Tensor2D, counted: Tensor2D, otherwise: Tensor2D): Tensor2D {
  const condition = tf.cast(tf.tile(mask, [1, counted.shape[1]]), "bool");
  return tf.where(condition, counted, otherwise);
}
