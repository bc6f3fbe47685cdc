import { type Tensor, type Tensor2D, tf } from "../backend.ts";

export interface AttentionOperands {
  queries: Tensor; // [..., q, units]
  keys: Tensor; // [..., k, units]
  values: Tensor; // [..., k, units]
  /** 0 for what may be seen and -1e9 for what may not; broadcast over [..., q, k]. null: all may. */
  bias: Tensor | null;
  /** additive attention's weight of each unit [units, 1]; null for the scaled dot product. */
  scale: Tensor2D | null;
}

/**
 * Attention: softmax of the scores over the keys, and the values it weighs. Scores: q k / sqrt(units) (Vaswani et al. 2017, PyTorch's
 * scaled_dot_product_attention), or scale . tanh(q + k) (Bahdanau et al. 2015, Keras' AdditiveAttention).
 */
export function attend(operands: AttentionOperands): { context: Tensor; weights: Tensor } {
  const scores = operands.scale === null ? dotScores(operands) : additiveScores(operands, operands.scale);
  const weights = tf.softmax(operands.bias === null ? scores : tf.add(scores, operands.bias)); // [..., q, k]
  return { context: tf.matMul(weights, operands.values), weights };
}

function dotScores({ queries, keys }: AttentionOperands): Tensor {
  return tf.div(tf.matMul(queries, keys, false, true), Math.sqrt(queries.shape.at(-1)!));
}

function additiveScores({ queries, keys }: AttentionOperands, scale: Tensor2D): Tensor {
  const sums = tf.tanh(tf.add(tf.expandDims(queries, -2), tf.expandDims(keys, -3))); // [..., q, k, units]
  const scores = tf.matMul(tf.reshape(sums, [-1, scale.shape[0]]) as Tensor2D, scale);
  return tf.reshape(scores, sums.shape.slice(0, -1));
}
