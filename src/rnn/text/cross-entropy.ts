import { backend, type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../backend.ts";
import { runNativeOperation } from "../native-operation.ts";

/** Mean over rows of -log softmax(logits)[label], in nats. Logits [rows, classes], labels int32 [rows]. */
export type CrossEntropy = (logits: Tensor2D, labels: Tensor1D) => Scalar;

/** In TensorFlow.js operations. */
export const referenceCrossEntropy: CrossEntropy = (logits, labels) => {
  const [rows, classes] = logits.shape;
  const loss = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    const logProbability = tf.logSoftmax(input);
    const target = tf.oneHot(labels, classes).toFloat();
    save([logProbability, target]);
    return {
      value: tf.div(tf.sum(tf.mul(logProbability, target)), -rows),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [logged, wanted] = saved as [Tensor, Tensor];
        return tf.mul(tf.sub(tf.exp(logged), wanted), tf.div(gradient, rows));
      },
    };
  });
  return loss(logits) as Scalar;
};

/** Loss and gradient in one native pass, native/ops/training-ops.cc. Where backend.level is "fused". */
export const fusedCrossEntropy: CrossEntropy = (logits, labels) => {
  const loss = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    const [value, logitsGradient] = runNativeOperation("UnrollCrossEntropy", [input, labels], 2) as [Tensor, Tensor];
    save([logitsGradient]);
    return { value, gradFunc: (gradient: Tensor, saved: Tensor[]) => tf.mul(saved[0]!, gradient) };
  });
  return loss(logits) as Scalar;
};

/** The loss of this process. */
export const crossEntropy: CrossEntropy = backend.level === "fused" ? fusedCrossEntropy : referenceCrossEntropy;
