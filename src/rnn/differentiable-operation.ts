import { type Tensor, tf } from "./backend.ts";

interface Operation {
  /** What gradients are wanted of. */
  inputs: Tensor[];
  /** The outputs, and what the gradient needs again. */
  forward: () => { outputs: Tensor[]; saved: Tensor[] };
  /** One gradient per input, from one per output. */
  backward: (outputGradients: Tensor[], saved: Tensor[]) => Tensor[];
}

interface Engine {
  runKernelFunc(kernel: {
    forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor[];
    backwardsFunc: (gradients: Tensor[] | Tensor, saved: Tensor[]) => Record<number, () => Tensor>;
    inputs: Record<number, Tensor>;
  }): Tensor[];
}

/**
 * tf.customGrad for an operation of any number of outputs. TensorFlow.js's engine can do it, its customGrad allows one
 * only; the copies that packing several outputs into one costs are a tenth of a training step.
 */
export function differentiableOperation({ inputs, forward, backward }: Operation): Tensor[] {
  return (tf.engine() as unknown as Engine).runKernelFunc({
    inputs: { ...inputs },
    forwardFunc: (_backend, save) => {
      const { outputs, saved } = forward();
      save(saved);
      return outputs;
    },
    backwardsFunc: (gradients, saved) => {
      const inputGradients = backward([gradients].flat(), saved); // of a single output it is not in an array
      return Object.fromEntries(inputGradients.map((gradient, index) => [index, () => gradient]));
    },
  });
}
