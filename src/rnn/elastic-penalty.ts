import { appError } from "../errors.ts";
import type { ElasticPenalty as Settings } from "../schemas/techniques.ts";
import { type Tensor, tf, type Variable } from "./backend.ts";
import { fromHostTensor, type HostTensor, toHostTensor } from "./host-tensor.ts";
import { Random } from "./random.ts";
import type { OldData } from "./training-task.ts";

type Tensors = Map<string, Tensor>;

/**
 * Elastic weight consolidation (Kirkpatrick et al. 2017): strength / 2 * sum of F (w - w0)^2 beside the loss, w0 the weights
 * the run begins with and F the diagonal of their Fisher information on the old data, from the squared gradients of examples.
 */
export class ElasticPenalty {
  readonly #strength: number;
  readonly #anchor: Tensors;
  readonly #fisher: Tensors;

  constructor(strength: number, { anchor, fisher }: { anchor: Tensors; fisher: Tensors }) {
    this.#strength = strength;
    this.#anchor = anchor;
    this.#fisher = fisher;
  }

  /** With the weights as they are now; the same examples for the same seed. Awaits `pause` before each. */
  static async estimate(
    { strength, samples }: Settings,
    { parameters, old, seed }: { parameters: ReadonlyMap<string, Variable>; old: OldData; seed: number },
    pause: () => Promise<void>,
  ): Promise<ElasticPenalty> {
    const random = new Random((seed ^ 0x5bd1e995) >>> 0);
    const anchor: Tensors = new Map([...parameters].map(([name, variable]) => [name, variable.clone()]));
    const fisher: Tensors = new Map([...parameters].map(([name, variable]) => [name, tf.zerosLike(variable)]));
    const penalty = new ElasticPenalty(strength, { anchor, fisher });
    try {
      for (let sample = 0; sample < samples; sample++) {
        await pause();
        const { value, grads } = tf.variableGrads(old.example(random), [...parameters.values()]);
        for (const [name, variable] of parameters) {
          const sum = fisher.get(name)!;
          const square = () => tf.add(sum, tf.div(tf.square(grads[variable.name]!), samples));
          fisher.set(name, tf.tidy(square));
          sum.dispose();
        }
        tf.dispose([value, grads]);
      }
    } catch (error) {
      penalty.dispose();
      throw error;
    }
    return penalty;
  }

  /** Takes over what `save` gave; throws checkpoint_corrupt where a tensor is missing. */
  static restore(
    strength: number,
    parameters: ReadonlyMap<string, Variable>,
    tensors: ReadonlyMap<string, HostTensor>,
  ): ElasticPenalty {
    const read = (part: string): Tensors =>
      new Map(
        [...parameters.keys()].map((name) => {
          const tensor = tensors.get(`${part}/${name}`);
          if (tensor) return [name, fromHostTensor(tensor)];
          throw appError("checkpoint_corrupt", `expected tensor elastic/${part}/${name}, found none`);
        }),
      );
    return new ElasticPenalty(strength, { anchor: read("anchor"), fisher: read("fisher") });
  }

  /** Adds strength * F (w - w0) to the gradients; those it replaces are disposed. */
  addTo(gradients: Record<string, Tensor>, parameters: ReadonlyMap<string, Variable>): void {
    for (const [name, variable] of parameters) {
      const gradient = gradients[variable.name];
      if (gradient === undefined) continue;
      const [anchor, fisher] = [this.#anchor.get(name)!, this.#fisher.get(name)!];
      gradients[variable.name] = tf.tidy(() =>
        tf.add(gradient, tf.mul(tf.mul(tf.sub(variable, anchor), fisher), this.#strength)),
      );
      gradient.dispose();
    }
  }

  /** By `anchor/{parameter}` and `fisher/{parameter}`. */
  save(): Map<string, HostTensor> {
    const named = (part: string, tensors: Tensors) =>
      [...tensors].map(([name, tensor]): [string, HostTensor] => [`${part}/${name}`, toHostTensor(tensor)]);
    return new Map([...named("anchor", this.#anchor), ...named("fisher", this.#fisher)]);
  }

  dispose(): void {
    tf.dispose([[...this.#anchor.values()], [...this.#fisher.values()]]);
  }
}
