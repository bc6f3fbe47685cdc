import { type Tensor, tf } from "../backend.ts";

/** Of a state that decays and takes in: h = keep h' + take candidate. */
export interface MinCellGates<T extends Tensor> {
  keep: T;
  take: T;
  candidate: T;
}

/** min_gru (Feng et al. 2024, section 3.1): z = s(x W_z), h~ = x W_h; h = (1 - z) h' + z h~. [..., 2 * units] -> each [..., units] */
export function minGruGates<T extends Tensor>(projected: T): MinCellGates<T> {
  const [update, candidate] = tf.split(projected, 2, -1) as [T, T];
  return { keep: tf.sigmoid(tf.neg(update)), take: tf.sigmoid(update), candidate };
}

/**
 * min_lstm (Feng et al. 2024, section 3.2): f = s(x W_f), i = s(x W_i), h~ = x W_h; h = f / (f + i) h' + i / (f + i) h~.
 * The quotients are taken as s(log f - log i), which holds where both gates are almost closed. [..., 3 * units] -> each [..., units]
 */
export function minLstmGates<T extends Tensor>(projected: T): MinCellGates<T> {
  const [forget, input, candidate] = tf.split(projected, 3, -1) as [T, T, T];
  const difference = tf.sub<T>(tf.softplus(tf.neg(input)), tf.softplus(tf.neg(forget))); // log f - log i
  return { keep: tf.sigmoid(difference), take: tf.sigmoid(tf.neg(difference)), candidate };
}
