import { type Tensor, tf, type Variable } from "../backend.ts";

/**
 * Adds the gradient of l2 * (sum of the squared kernels) to the loss's, as Keras's kernel and recurrent regularizers do: biases
 * and embeddings stay free. The gradients it replaces are disposed.
 */
export function addKernelPenalty(
  gradients: Record<string, Tensor>,
  parameters: ReadonlyMap<string, Variable>,
  l2: number,
): void {
  for (const [name, variable] of parameters) {
    const gradient = gradients[variable.name];
    if (!name.endsWith("kernel") || gradient === undefined) continue;
    gradients[variable.name] = tf.tidy(() => tf.add(gradient, tf.mul(variable, 2 * l2)));
    gradient.dispose();
  }
}
