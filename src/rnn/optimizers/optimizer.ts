import { appError } from "../../errors.ts";
import { type Tensor, type Tensor1D, tf, type Variable } from "../backend.ts";
import type { HostTensor } from "../host-tensor.ts";
import type { Clipping, GradientNorms, Updater } from "./updater.ts";

export interface OptimizerStep extends Clipping {
  /** By the names of the variables, as tf.variableGrads gives them. */
  gradients: Record<string, Tensor>;
  learningRate: number;
  /** 1 for the first update. */
  step: number;
}

/** Applies updates to a network's parameters and keeps their moments. */
export class Optimizer {
  readonly #updater: Updater;
  readonly #parameters: ReadonlyMap<string, Variable>;
  #moments: Tensor1D[];

  constructor(updater: Updater, parameters: ReadonlyMap<string, Variable>) {
    this.#updater = updater;
    this.#parameters = parameters;
    const size = [...parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
    this.#moments = updater.moments.map(() => tf.zeros([size]));
  }

  /** Updates the weights and returns the gradient's norms before clipping. Where the global one is not finite, nothing is changed. */
  apply({ gradients, ...settings }: OptimizerStep): GradientNorms {
    const variables = [...this.#parameters.values()];
    const { norm, norms, weights, moments } = tf.tidy(() =>
      this.#updater.update({
        ...settings,
        weights: variables,
        gradients: variables.map((variable) => gradients[variable.name] ?? tf.zerosLike(variable)),
        moments: this.#moments,
      }),
    );
    if (Number.isFinite(norm)) {
      for (const [index, variable] of variables.entries()) variable.assign(weights[index]!);
      tf.dispose([weights, this.#moments]);
      this.#moments = moments.map((moment) => tf.keep(moment)); // outlive a caller's tidy
    }
    return { norm, norms };
  }

  /** Copies of the moments by `{moment}/{parameter}`. */
  save(): Map<string, HostTensor> {
    const tensors = new Map<string, HostTensor>();
    for (const [index, moment] of this.#updater.moments.entries()) {
      const data = this.#moments[index]!.dataSync() as Float32Array;
      let start = 0;
      for (const [name, { shape, size }] of this.#parameters) {
        tensors.set(`${moment}/${name}`, { shape: [...shape], data: data.slice(start, start + size) });
        start += size;
      }
    }
    return tensors;
  }

  /** Takes over what `save` gave; throws checkpoint_corrupt where a moment is missing. */
  restore(tensors: ReadonlyMap<string, HostTensor>): void {
    const restored = this.#updater.moments.map((moment) =>
      tf.tidy(() => {
        const parts = [...this.#parameters].map(([name, { size }]) => {
          const data = tensors.get(`${moment}/${name}`)?.data;
          if (data?.length === size) return tf.tensor1d(data);
          throw appError(
            "checkpoint_corrupt",
            `expected ${size} values of optimizer/${moment}/${name}, got ${data?.length}`,
          );
        });
        return tf.concat(parts) as Tensor1D;
      }),
    );
    tf.dispose(this.#moments);
    this.#moments = restored;
  }

  dispose(): void {
    tf.dispose(this.#moments);
  }
}
