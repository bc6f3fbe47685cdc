import { type Tensor, type Tensor3D, tf } from "../backend.ts";
import { padSteps } from "../cells/sequence-algebra.ts";
import { type AttentionOperands, attend } from "./attend.ts";

const unseen = -1e9;

export interface LocalAttention {
  queries: Tensor3D; // [batch, time, units]
  /** Of the steps before the first query (causal only; `window` - 1 of them), then of each query's own step. */
  keys: Tensor3D; // [batch, memory + time, units]
  values: Tensor3D; // [batch, memory + time, units]
  /** 1 for the keys that are there, 0 for those that are not. */
  present: Tensor3D; // [batch, memory + time, 1]
  window: number;
  /** Sees its own and earlier steps only. */
  causal: boolean;
  scale: AttentionOperands["scale"];
}

/**
 * Each step attends to those less than `window` away. Queries are cut into blocks of `window` steps, each of which needs its own
 * block of keys and its neighbours: time * window scores where full attention takes time * time (as in Longformer, Beltagy et al. 2020).
 * Weights [batch, time, memory + time] are laid out in full only where asked for.
 */
export function attendLocally(local: LocalAttention): { context: Tensor3D; weights: () => Tensor3D } {
  const { queries, window, causal } = local;
  const [batch, time, units] = queries.shape;
  const blocks = Math.ceil(time / window);
  const neighbours = causal ? 2 : 3;
  const blockOf = (sequence: Tensor3D) => withNeighbours(padKeys(local, sequence, blocks), blocks, neighbours);
  const padded = padSteps(queries, 0, blocks * window - time);
  const present = tf.reshape(blockOf(local.present), [batch, blocks, 1, neighbours * window]);
  const { context, weights } = attend({
    queries: tf.reshape(padded, [batch, blocks, window, units]),
    keys: blockOf(local.keys),
    values: blockOf(local.values),
    bias: tf.add(tf.mul(tf.sub(1, present), unseen), band(window, neighbours, causal)),
    scale: local.scale,
  });
  const joined = tf.reshape(context, [batch, blocks * window, local.values.shape[2]]);
  return {
    context: tf.slice(joined, [0, 0, 0], [-1, time, -1]) as Tensor3D,
    weights: () => layOut(weights, local),
  };
}

/** Keys in whole blocks, one more on either side of the queries'. [batch, (blocks + neighbours - 1) * window, n] */
function padKeys({ queries, window, causal }: LocalAttention, sequence: Tensor3D, blocks: number): Tensor3D {
  const time = queries.shape[1];
  const before = window - (sequence.shape[1] - time);
  const after = blocks * window - time + (causal ? 0 : window);
  return padSteps(sequence, before, after);
}

/** [batch, (blocks + neighbours - 1) * window, n] -> [batch, blocks, neighbours * window, n] */
function withNeighbours(sequence: Tensor3D, blocks: number, neighbours: number): Tensor {
  const [batch, padded, size] = sequence.shape;
  const window = padded / (blocks + neighbours - 1);
  const shifts = Array.from({ length: neighbours }, (_, shift) => {
    const steps = tf.slice(sequence, [0, shift * window, 0], [-1, blocks * window, -1]);
    return tf.reshape(steps, [batch, blocks, window, size]);
  });
  return tf.concat(shifts, 2);
}

/** [window, neighbours * window]: 0 where the key is near enough, and not later where that is forbidden. */
function band(window: number, neighbours: number, causal: boolean): Tensor {
  const rows = Array.from({ length: window }, (_, query) =>
    Array.from({ length: neighbours * window }, (_, key) => {
      const distance = key - window - query;
      return distance > -window && distance < (causal ? 1 : window) ? 0 : unseen;
    }),
  );
  return tf.tensor2d(rows);
}

/** Weights of the blocks in their places. [batch, blocks, window, neighbours * window] -> [batch, time, memory + time] */
function layOut(weights: Tensor, { queries, keys, window }: LocalAttention): Tensor3D {
  const [, blocks, , width] = weights.shape as [number, number, number, number];
  const total = blocks * window + width - window;
  const rows = (tf.unstack(weights, 1) as Tensor3D[]).map((block, index) => {
    const before = index * window;
    const padding: [number, number][] = [
      [0, 0],
      [0, 0],
      [before, total - width - before],
    ];
    return tf.pad(block, padding);
  });
  const [time, count] = [queries.shape[1], keys.shape[1]];
  return tf.slice(tf.concat(rows, 1), [0, 0, window - (count - time)], [-1, time, count]) as Tensor3D;
}
