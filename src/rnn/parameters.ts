import { appError } from "../errors.ts";
import type { Variable } from "./backend.ts";
import { tf } from "./backend.ts";
import { fromHostTensor, type HostTensor } from "./host-tensor.ts";
import type { Initialiser } from "./initialisers.ts";
import { Random } from "./random.ts";

/** The trainable variables of a network by name, in the order in which they were made. */
export class Parameters {
  readonly variables = new Map<string, Variable>();
  readonly #source: Random | ReadonlyMap<string, HostTensor>;
  readonly #prefix: string;

  /** First values are drawn at random, or taken from a checkpoint's tensors. */
  constructor(source: Random | ReadonlyMap<string, HostTensor>, prefix = "") {
    this.#source = source;
    this.#prefix = prefix;
  }

  /** The same variables; those it makes have names that begin with `{part}/`. */
  within(part: string): Parameters {
    const inner = new Parameters(this.#source, `${this.#prefix}${part}/`);
    return Object.assign(inner, { variables: this.variables });
  }

  /** A new variable; throws checkpoint_corrupt where the checkpoint has none of this name and shape. */
  create(localName: string, shape: number[], initialise: Initialiser): Variable {
    const name = `${this.#prefix}${localName}`;
    const source = this.#source;
    const data = source instanceof Random ? initialise(shape, source) : storedValues(source, name, shape);
    const value = fromHostTensor({ shape, data });
    const variable = tf.variable(value);
    value.dispose();
    this.variables.set(name, variable);
    return variable;
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}

function storedValues(tensors: ReadonlyMap<string, HostTensor>, name: string, shape: number[]): Float32Array {
  const tensor = tensors.get(name);
  if (tensor && tensor.shape.join() === shape.join() && tensor.data instanceof Float32Array) return tensor.data;
  const found = tensor ? `[${tensor.shape}]` : "no such tensor";
  throw appError("checkpoint_corrupt", `expected tensor ${name} of shape [${shape}], got ${found}`);
}
