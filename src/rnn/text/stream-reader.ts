import { type Scalar, type Tensor1D, type Tensor2D, tf } from "../backend.ts";
import type { HostTensor } from "../host-tensor.ts";
import type { Random } from "../random.ts";
import { CarriedState } from "./carried-state.ts";
import { crossEntropy } from "./cross-entropy.ts";
import type { OwnPredictions } from "./own-predictions.ts";
import type { StreamPlan } from "./plan-streams.ts";
import { streamIds } from "./read-streams.ts";
import type { TextNetwork } from "./text-network.ts";

export interface StreamReaderSettings {
  network: TextNetwork;
  text: Int32Array;
  plan: StreamPlan;
  dropoutRandom: Random;
  ownPredictions: OwnPredictions | null;
}

interface Window {
  ids: Tensor2D; // int32 [rows, length]
  labels: Tensor1D; // int32 [rows * length]
  isFirst: boolean;
}

/**
 * Reads rows of a text window by window, its state carried on: truncated back-propagation through time. A stride below the
 * length reads `stride` new characters a window and goes back through `length`: BPTT(length; stride) of Williams and Peng 1990,
 * each character's loss counted once.
 */
export class StreamReader {
  readonly #settings: StreamReaderSettings;
  readonly #carried: CarriedState;
  #next = 0;

  constructor(settings: StreamReaderSettings) {
    this.#settings = settings;
    this.#carried = new CarriedState(settings.network.initialStates(settings.plan.training.rows));
  }

  /** Takes the next window; the function returned computes its loss, under tf.variableGrads. `progress`: 0 at the run's start, 1 at its end. */
  next(progress: number): () => Scalar {
    const { network, text, plan, ownPredictions } = this.#settings;
    const { training: streams, sequenceLength: length, sequenceStride: stride, stepsPerEpoch: windows } = plan;
    const index = this.#next;
    this.#next = (index + 1) % windows;
    if (index === 0) this.#carried.replace(network.initialStates(streams.rows));
    const { ids, labels } = streamIds(text, streams, index * stride, length);
    const read = ownPredictions?.mix(ids, { network, states: this.#carried.states, progress }) ?? ids;
    return () => {
      const shape: [number, number] = [streams.rows, length];
      const window = { ids: tf.tensor2d(read, shape, "int32"), labels: tf.tensor1d(labels, "int32") };
      return this.#loss({ ...window, isFirst: index === 0 });
    };
  }

  /** By layer, and the position. */
  save(): { tensors: Map<string, HostTensor>; next: number } {
    return { tensors: this.#carried.save(), next: this.#next };
  }

  restore({ tensors, next }: { tensors: ReadonlyMap<string, HostTensor>; next: number }): void {
    this.#carried.restore(tensors);
    this.#next = next;
  }

  dispose(): void {
    this.#carried.dispose();
  }

  #loss({ ids, labels, isFirst }: Window): Scalar {
    const { network, plan, dropoutRandom: random } = this.#settings;
    const { sequenceLength: length, sequenceStride: stride } = plan;
    const states = this.#carried.states;
    if (stride === length) {
      const output = network.loss({ ids, labels, states, random });
      this.#carried.replace(output.finalStates);
      return output.loss;
    }
    // The next window begins `stride` characters on, so the state there is carried.
    const part = (from: number, count: number): Tensor2D => tf.slice(ids, [0, from], [-1, count]);
    const begin = network.apply({ ids: part(0, stride), states, random });
    const rest = network.apply({ ids: part(stride, length - stride), states: begin.finalStates, random });
    const logits = tf.concat([this.#byRow(begin.logits), this.#byRow(rest.logits)], 1); // [rows, length, vocabulary]
    this.#carried.replace(begin.finalStates);
    const counted = isFirst ? length : stride;
    const last = tf.slice(logits, [0, length - counted, 0], [-1, counted, -1]);
    const wanted = tf.slice(tf.reshape(labels, ids.shape), [0, length - counted], [-1, counted]);
    return crossEntropy(tf.reshape(last, [-1, network.vocabularySize]), tf.reshape(wanted, [-1]) as Tensor1D);
  }

  #byRow(logits: Tensor2D) {
    const { network, plan } = this.#settings;
    return tf.reshape(logits, [plan.training.rows, -1, network.vocabularySize]);
  }
}
