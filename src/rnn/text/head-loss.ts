import { backend, type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { differentiableOperation } from "../differentiable-operation.ts";
import { runNativeOperation } from "../native-operation.ts";
import { referenceCrossEntropy } from "./cross-entropy.ts";

export interface HeadInput {
  hidden: Tensor3D; // [batch, time, units]
  kernel: Tensor; // [units, classes]
  bias: Tensor; // [classes]
  labels: Tensor1D; // int32 [batch * time]
}

/** Mean over all steps of -log softmax(hidden kernel + bias)[label], in nats; differentiable in hidden, kernel and bias. */
export type HeadLoss = (input: HeadInput) => Scalar;

/** In TensorFlow.js operations. */
export const referenceHeadLoss: HeadLoss = ({ hidden, kernel, bias, labels }) =>
  referenceCrossEntropy(tf.add(tf.matMul(flattenSteps(hidden), kernel as Tensor2D), bias), labels);

/** Loss and all gradients in one native call, native/kernels/training/softmax-head.h. Where backend.level is "fused". */
export const fusedHeadLoss: HeadLoss = ({ hidden, kernel, bias, labels }) => {
  const [loss] = differentiableOperation({
    inputs: [hidden, kernel, bias],
    forward: () => {
      const [value, ...gradients] = runNativeOperation("UnrollSoftmaxHead", [hidden, kernel, bias, labels], 4);
      return { outputs: [value!], saved: gradients };
    },
    // The loss is mostly differentiated as it is: then its gradient is 1, and a pass over the hidden states is saved.
    backward: ([gradient], saved) => {
      const scale = gradient!.dataSync()[0]!;
      return saved.map((tensor) => (scale === 1 ? tf.clone(tensor) : tf.mul(tensor, scale)));
    },
  });
  return loss as Scalar;
};

/** The loss of this process. */
export const headLoss: HeadLoss = backend.level === "fused" ? fusedHeadLoss : referenceHeadLoss;
