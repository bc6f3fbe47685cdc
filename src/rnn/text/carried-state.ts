import { type Tensor2D, tf } from "../backend.ts";
import type { HostTensor } from "../host-tensor.ts";
import { fromHostTensor, toHostTensor } from "../host-tensor.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";

/** The state of every layer after one batch, kept for the next: what makes back-propagation truncated, but not memory. */
export class CarriedState {
  #states: RecurrentState[];

  /** Takes the tensors over. */
  constructor(states: RecurrentState[]) {
    this.#states = states;
  }

  get states(): RecurrentState[] {
    return this.#states;
  }

  /** Keeps new tensors, beyond the tidy they come from, and disposes the old ones. */
  replace(states: RecurrentState[]): void {
    for (const layer of states) for (const tensor of layer) tf.keep(tensor);
    tf.dispose(this.#states);
    this.#states = states;
  }

  /** By `{layer}/hidden`, `{layer}/cell`. */
  save(): Map<string, HostTensor> {
    return new Map(this.#entries().map(([name, tensor]) => [name, toHostTensor(tensor)]));
  }

  /** Throws RangeError where a tensor is missing. */
  restore(tensors: ReadonlyMap<string, HostTensor>): void {
    const names = this.#states.map((layer, index) => layer.map((_, part) => nameOf(index, part)));
    this.replace(
      names.map((layer) =>
        layer.map((name) => {
          const tensor = tensors.get(name);
          if (!tensor) throw new RangeError(`expected the carried state ${name}, found none`);
          return fromHostTensor(tensor) as Tensor2D;
        }),
      ),
    );
  }

  dispose(): void {
    tf.dispose(this.#states);
  }

  #entries(): [string, Tensor2D][] {
    return this.#states.flatMap((layer, index) =>
      layer.map((tensor, part): [string, Tensor2D] => [nameOf(index, part), tensor]),
    );
  }
}

function nameOf(layer: number, part: number): string {
  return `${layer}/${part === 0 ? "hidden" : "cell"}`;
}
