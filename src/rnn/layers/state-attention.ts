import type { Architecture } from "../../schemas/models.ts";
import { type Tensor, type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import type { Parameters } from "../parameters.ts";
import { attend } from "./attend.ts";
import { attendLocally } from "./attend-locally.ts";
import { type AttentionWeights, createAttentionWeights } from "./attention-weights.ts";
import { projectInputs } from "./project-inputs.ts";
import { stackOutputSize } from "./stack-output-size.ts";
import { stepMask } from "./step-mask.ts";

export interface AttendedSteps {
  outputs: Tensor3D; // [batch, time, size]
  /** Causal only: the newest states, for what comes next. */
  memory: Tensor2D | null;
  /** How much each step looked at each, those remembered first. [batch, time, memory + time] */
  weights: () => Tensor3D;
}

/** Attention over the hidden states of the last layer: out comes tanh(W [context; state]) (Luong et al. 2015, equation 5). */
export interface StateAttention {
  /** Causal only: room for the states of `window` - 1 steps, all empty. */
  initialMemory(batch: number): Tensor2D;
  /** A query from every step. `memory` is what the call before gave; null where attention is not causal. */
  eachStep(states: Tensor3D, lengths: readonly number[] | null, memory: Tensor2D | null): AttendedSteps;
  /** One query, from what the last layer ended with. [batch, size] -> [batch, size]; weights [batch, 1, time] */
  lastStep(
    states: Tensor3D,
    lengths: readonly number[] | null,
    last: Tensor2D,
  ): { output: Tensor2D; weights: () => Tensor3D };
}

/** Null where the architecture has no attention. Causal attention sees nothing to come, and needs a window. */
export function createStateAttention(
  architecture: Architecture,
  { causal }: { causal: boolean },
  parameters: Parameters,
): StateAttention | null {
  const { attention: kind, attention_window: window, units } = architecture;
  if (kind === null) return null;
  if (causal && window === null) throw new RangeError("expected causal attention to have a window");
  const size = stackOutputSize(architecture);
  const weights = createAttentionWeights({ kind, size, units }, parameters);
  return {
    initialMemory: (batch) => tf.zeros([batch, (window! - 1) * (size + 1)]),
    eachStep: (states, lengths, memory) => {
      if (window === null) return everywhere(weights, states, lengths);
      return memory ? remembering(weights, states, { window, memory }) : nearby(weights, states, { window, lengths });
    },
    lastStep: (states, lengths, last) => {
      const query = projectInputs(tf.expandDims(last, 1), weights.query, null); // [batch, 1, units]
      const bias = biasOf(seenFromEnd(lengths ?? allSteps(states), states.shape[1], window));
      const attended = attend({ queries: query, ...keysAndValues(weights, states), bias, scale: weights.scale });
      const context = tf.squeeze<Tensor2D>(attended.context, [1]);
      return { output: combine(weights, context, last), weights: () => attended.weights as Tensor3D };
    },
  };
}

/** Full attention. */
function everywhere(weights: AttentionWeights, states: Tensor3D, lengths: readonly number[] | null): AttendedSteps {
  const bias = lengths && biasOf(stepMask(lengths, states.shape[1]));
  const queries = projectInputs(states, weights.query, null);
  const attended = attend({ queries, ...keysAndValues(weights, states), bias, scale: weights.scale });
  const outputs = combineSteps(weights, attended.context as Tensor3D, states);
  return {
    outputs: counted(outputs, lengths),
    memory: null,
    weights: () => counted(attended.weights as Tensor3D, lengths),
  };
}

/** Both sides of each step, within the window. */
function nearby(
  weights: AttentionWeights,
  states: Tensor3D,
  { window, lengths }: { window: number; lengths: readonly number[] | null },
): AttendedSteps {
  const present = stepMask(lengths ?? allSteps(states), states.shape[1]);
  const attended = attendLocally({
    queries: projectInputs(states, weights.query, null),
    ...keysAndValues(weights, states),
    ...{ present, window, causal: false, scale: weights.scale },
  });
  return {
    outputs: counted(combineSteps(weights, attended.context, states), lengths),
    memory: null,
    weights: () => counted(attended.weights(), lengths),
  };
}

/** Each step and those before it within the window, as far back as the calls before. */
function remembering(
  weights: AttentionWeights,
  states: Tensor3D,
  { window, memory }: { window: number; memory: Tensor2D },
): AttendedSteps {
  const [batch, , size] = states.shape;
  const marked = tf.concat([states, tf.onesLike(tf.slice(states, [0, 0, 0], [-1, -1, 1]))], 2);
  const past = tf.reshape(memory, [batch, window - 1, size + 1]);
  const all = tf.concat<Tensor3D>([past, marked] as Tensor3D[], 1); // [batch, memory + time, size + 1]: the state, and 1 where there is one
  const [known, present] = tf.split(all, [size, 1], 2) as [Tensor3D, Tensor3D];
  const attended = attendLocally({
    queries: projectInputs(states, weights.query, null),
    ...keysAndValues(weights, known),
    ...{ present, window, causal: true, scale: weights.scale },
  });
  const newest = tf.slice(all, [0, all.shape[1] - (window - 1), 0], [-1, -1, -1]);
  return {
    outputs: combineSteps(weights, attended.context, states),
    memory: tf.reshape(newest, [batch, -1]) as Tensor2D,
    weights: attended.weights,
  };
}

function keysAndValues({ key, value }: AttentionWeights, states: Tensor3D): { keys: Tensor3D; values: Tensor3D } {
  return { keys: projectInputs(states, key, null), values: projectInputs(states, value, null) };
}

function combineSteps(weights: AttentionWeights, context: Tensor3D, states: Tensor3D): Tensor3D {
  const combined = combine(weights, flattenSteps(context), flattenSteps(states));
  return tf.reshape(combined, states.shape);
}

function combine({ combine }: AttentionWeights, context: Tensor2D, state: Tensor2D): Tensor2D {
  return tf.tanh(combine(tf.concat([context, state], 1)));
}

/** 1 and 0 [batch, time, 1] -> 0 and -1e9 [batch, 1, time] */
function biasOf(present: Tensor3D): Tensor {
  const [batch, time] = present.shape;
  return tf.reshape(tf.mul(tf.sub(1, present), -1e9), [batch, 1, time]);
}

/** The steps that a query from the end sees. [batch, time, 1] */
function seenFromEnd(lengths: readonly number[], time: number, window: number | null): Tensor3D {
  const present = stepMask(lengths, time);
  if (window === null) return present;
  const tooFar = lengths.map((length) => Math.max(0, length - window));
  return tf.sub(present, stepMask(tooFar, time));
}

/** Zeros past the end of each row. */
function counted(steps: Tensor3D, lengths: readonly number[] | null): Tensor3D {
  return lengths ? tf.mul(steps, stepMask(lengths, steps.shape[1])) : steps;
}

function allSteps(states: Tensor3D): number[] {
  return new Array<number>(states.shape[0]).fill(states.shape[1]);
}
