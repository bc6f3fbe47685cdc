import { type Tensor, type Tensor2D, tf } from "../backend.ts";
import { minGruGates, minLstmGates } from "../cells/min-cell-gates.ts";
import { masked } from "../cells/sequence-algebra.ts";
import { layerNorm } from "./layer-norm.ts";
import type { RecurrentInput, RecurrentState } from "./recurrent-layer.ts";

type StepLayer = Pick<RecurrentInput, "cell" | "weights" | "resetAfter" | "activation" | "recurrentMask">;

export interface CellStep {
  /** By name, in the order of the kernel's columns: what the step let through, and its candidate. Each [rows, units]. */
  gates: Record<string, Tensor2D>;
  state: RecurrentState;
}

/**
 * One step of any cell in plain operations, normalised where the layer is (Ba et al. 2016, equations 4, 20-22 and those of its
 * appendix for the gru; each norm's bias is the cell's own). `projected` is projectSteps', one step of it: [rows, G * units].
 */
export function cellStep(layer: StepLayer, projected: Tensor2D, state: RecurrentState): CellStep {
  switch (layer.cell) {
    case "simple_rnn":
      return simpleRnnStep(layer, projected, state[0]!);
    case "lstm":
      return lstmStep(layer, projected, state as [Tensor2D, Tensor2D]);
    case "gru":
      return gruStep(layer, projected, state[0]!);
    case "min_gru":
    case "min_lstm": {
      const gates = layer.cell === "min_gru" ? minGruGates(projected) : minLstmGates(projected);
      const hidden: Tensor2D = tf.add(tf.mul(gates.keep, state[0]!), tf.mul(gates.take, gates.candidate));
      return { gates: { ...gates }, state: [hidden] };
    }
  }
}

function simpleRnnStep(
  { weights, activation, recurrentMask }: StepLayer,
  projected: Tensor2D,
  hidden: Tensor2D,
): CellStep {
  const share: Tensor2D = tf.matMul(masked(hidden, recurrentMask ?? null), weights.recurrentKernel!);
  const sum: Tensor2D = tf.add(projected, share);
  const norm = weights.norms?.sum;
  const normalised = norm ? (tf.add(tf.mul(layerNorm(sum), norm), weights.bias) as Tensor2D) : sum;
  return { gates: {}, state: [activation === "relu" ? tf.relu(normalised) : tf.tanh(normalised)] };
}

function lstmStep(layer: StepLayer, projected: Tensor2D, [hidden, cell]: [Tensor2D, Tensor2D]): CellStep {
  const { weights, recurrentMask } = layer;
  const recurrent: Tensor2D = tf.matMul(masked(hidden, recurrentMask ?? null), weights.recurrentKernel!);
  const sums: Tensor2D = tf.add(projected, withNorm(recurrent, weights.norms?.recurrent));
  const [inputSum, forgetSum, candidateSum, outputSum] = tf.split(sums, 4, 1) as Tensor2D[];
  const [input, forget, output] = [inputSum!, forgetSum!, outputSum!].map((sum) => tf.sigmoid(sum)) as Tensor2D[];
  const candidate = tf.tanh(candidateSum!);
  const next: Tensor2D = tf.add(tf.mul(forget!, cell), tf.mul(input!, candidate));
  const norm = weights.norms?.cell;
  const shown = norm ? (tf.add(tf.mul(layerNorm(next), norm.gain), norm.bias) as Tensor2D) : next;
  const gates = { input: input!, forget: forget!, candidate, output: output! };
  return { gates, state: [tf.mul(output!, tf.tanh(shown)), next] };
}

function gruStep({ weights, resetAfter, recurrentMask }: StepLayer, projected: Tensor2D, hidden: Tensor2D): CellStep {
  const units = hidden.shape[1];
  const parts = [2 * units, units];
  const kernels = tf.split(weights.recurrentKernel!, parts, 1) as [Tensor2D, Tensor2D];
  const norms = weights.norms?.recurrent ? (tf.split(weights.norms.recurrent, parts, 0) as [Tensor, Tensor]) : null;
  const biases = resetAfter ? tf.split(tf.unstack(weights.bias)[1]!, parts, 0) : null;
  /** The state's share of the gates (0) or of the candidate (1). */
  const share = (values: Tensor2D, part: 0 | 1): Tensor2D => {
    const product = withNorm(tf.matMul(values, kernels[part]), norms?.[part]);
    return biases ? tf.add<Tensor2D>(product, biases[part]!) : product;
  };
  const seen = masked(hidden, recurrentMask ?? null);
  const [gateInput, candidateInput] = tf.split(projected, parts, 1) as [Tensor2D, Tensor2D];
  const [update, reset] = tf.split(tf.sigmoid(tf.add<Tensor2D>(gateInput, share(seen, 0))), 2, 1) as [
    Tensor2D,
    Tensor2D,
  ];
  const recurrent: Tensor2D = resetAfter ? tf.mul(reset, share(seen, 1)) : share(tf.mul(reset, seen), 1);
  const candidate: Tensor2D = tf.tanh(tf.add<Tensor2D>(candidateInput, recurrent));
  const next: Tensor2D = tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate)));
  return { gates: { update, reset, candidate }, state: [next] };
}

function withNorm(values: Tensor2D, gain: Tensor | null | undefined): Tensor2D {
  return gain ? tf.mul(layerNorm(values), gain) : values;
}
