import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../backend.ts";

/** Mean over rows of -log softmax(logits)[label], in nats. Logits [rows, classes], labels int32 [rows]. */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
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
}
