import { type Tensor, type Tensor3D, tf } from "../backend.ts";
import { layerNorm } from "./layer-norm.ts";
import { normGroups } from "./norm-groups.ts";
import { projectInputs } from "./project-inputs.ts";
import type { RecurrentInput } from "./recurrent-layer.ts";

/** What the inputs give to the gates' sums, normalised where the layer is, with the input bias: what cellStep takes. [batch, time, G * units] */
export function projectSteps({ cell, inputs, weights, resetAfter }: RecurrentInput): Tensor3D {
  const { kernel, bias, norms } = weights;
  if (norms?.sum) return projectInputs(inputs, kernel, null); // normalised, and the bias added, together with the state's share
  const inputBias: Tensor = cell === "gru" && resetAfter ? tf.unstack(bias)[0]! : bias;
  if (!norms?.kernel) return projectInputs(inputs, kernel, inputBias);
  const normalised = layerNorm(projectInputs(inputs, kernel, null), normGroups(cell, kernel.shape[1]));
  return tf.add(tf.mul(normalised, norms.kernel), inputBias);
}
