import type { ScheduledSampling } from "../../schemas/techniques.ts";
import { type Tensor2D, tf } from "../backend.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";
import type { Random } from "../random.ts";
import type { TextNetwork } from "./text-network.ts";

interface Situation {
  network: TextNetwork;
  states: RecurrentState[];
  /** 0 at the run's start, 1 at its end. */
  progress: number;
}

/** Of Bengio et al. 2015, stretched over the run: from almost 0 to the probability asked for. */
const rises = {
  constant: () => 1,
  linear: (progress: number) => progress,
  exponential: (progress: number) => 1 - 0.01 ** progress,
  inverse_sigmoid: (progress: number) => 1 / (1 + Math.exp(-12 * (progress - 0.5))),
};

/**
 * Scheduled sampling: puts the network's own characters in place of some of the data's, so that it learns to go on from its
 * own mistakes. The first character of a window is always the data's. No gradient goes through the choice.
 */
export class OwnPredictions {
  readonly #settings: ScheduledSampling;
  readonly random: Random;

  constructor(settings: ScheduledSampling, random: Random) {
    this.#settings = settings;
    this.random = random;
  }

  /** ids: [rows * time], row by row. */
  mix(ids: Int32Array, { network, states, progress }: Situation): Int32Array {
    const probability = this.#settings.probability * rises[this.#settings.schedule](progress);
    const rows = states[0]![0]!.shape[0];
    const time = ids.length / rows;
    const mixed = ids.slice();
    if (probability <= 0) return mixed;
    let current = states;
    for (let step = 0; step + 1 < time; step++) {
      const column = Int32Array.from({ length: rows }, (_, row) => mixed[row * time + step]!);
      const { logits, finalStates } = tf.tidy(() =>
        network.apply({ ids: tf.tensor2d(column, [rows, 1], "int32"), states: current, random: null }),
      );
      if (current !== states) tf.dispose(current);
      current = finalStates;
      const own = this.#choose(logits);
      logits.dispose();
      for (let row = 0; row < rows; row++) {
        if (this.random.uniform() < probability) mixed[row * time + step + 1] = own[row]!;
      }
    }
    if (current !== states) tf.dispose(current);
    return mixed;
  }

  /** A character a row. The largest of logits with Gumbel noise is a draw from their softmax. logits: [rows, vocabulary] */
  #choose(logits: Tensor2D): Int32Array {
    const [rows, size] = logits.shape;
    const values = logits.dataSync() as Float32Array;
    const isDrawn = this.#settings.choice === "sample";
    const noise = () => (isDrawn ? -Math.log(-Math.log(1 - this.random.uniform())) : 0);
    return Int32Array.from({ length: rows }, (_, row) => {
      let [best, highest] = [0, Number.NEGATIVE_INFINITY];
      for (let token = 0; token < size; token++) {
        const value = values[row * size + token]! + noise();
        if (value > highest) [best, highest] = [token, value];
      }
      return best;
    });
  }
}
