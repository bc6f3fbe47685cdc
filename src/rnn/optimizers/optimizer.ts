import { appError } from "../../errors.ts";
import { type Tensor, type Tensor1D, tf, type Variable } from "../backend.ts";
import type { HostTensor } from "../host-tensor.ts";
import type { UpdateRule } from "./update-rule.ts";

export interface OptimizerStep {
  /** By the names of the variables, as tf.variableGrads gives them. */
  gradients: Record<string, Tensor>;
  learningRate: number;
  /** Upper bound of the global norm; null for none. */
  clipNorm: number | null;
  /** 1 for the first update. */
  step: number;
}

/** Applies an update rule to a network's parameters, which it treats as one long vector. */
export class Optimizer {
  readonly #rule: UpdateRule;
  readonly #parameters: ReadonlyMap<string, Variable>;
  #moments: Tensor1D[];

  constructor(rule: UpdateRule, parameters: ReadonlyMap<string, Variable>) {
    this.#rule = rule;
    this.#parameters = parameters;
    const size = [...parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
    this.#moments = rule.moments.map(() => tf.zeros([size]));
  }

  /** Updates the weights and returns the gradient's global norm before clipping. Where that is not finite, nothing is changed. */
  apply({ gradients, learningRate, clipNorm, step }: OptimizerStep): number {
    const variables = [...this.#parameters.values()];
    const gradient = tf.tidy(() => flatten(variables.map((each) => gradients[each.name] ?? tf.zerosLike(each))));
    const norm = Math.sqrt(tf.tidy(() => tf.sum(tf.square(gradient)).dataSync()[0]!));
    if (Number.isFinite(norm)) {
      const updated = tf.tidy(() => {
        const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6)); // as PyTorch's clip_grad_norm_
        const clipped = scale < 1 ? tf.mul<Tensor1D>(gradient, scale) : gradient;
        const moments = this.#moments;
        return this.#rule.update({ weights: flatten(variables), gradient: clipped, moments, learningRate, step });
      });
      this.#assign(variables, updated.weights);
      tf.dispose([updated.weights, this.#moments]);
      this.#moments = updated.moments.map((moment) => tf.keep(moment)); // outlive a caller's tidy
    }
    gradient.dispose();
    return norm;
  }

  /** Copies of the moments by `{moment}/{parameter}`. */
  save(): Map<string, HostTensor> {
    const tensors = new Map<string, HostTensor>();
    for (const [index, moment] of this.#rule.moments.entries()) {
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
    const restored = this.#rule.moments.map((moment) =>
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

  #assign(variables: Variable[], weights: Tensor1D): void {
    tf.tidy(() => {
      const parts = tf.split(
        weights,
        variables.map(({ size }) => size),
      );
      for (const [index, variable] of variables.entries()) {
        variable.assign(tf.reshape(parts[index]!, variable.shape));
      }
    });
  }
}

function flatten(tensors: Tensor[]): Tensor1D {
  return tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]) as Tensor1D));
}
