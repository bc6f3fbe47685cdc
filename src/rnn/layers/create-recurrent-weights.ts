import type { Architecture, Initializer } from "../../schemas/models.ts";
import type { Tensor2D, Variable } from "../backend.ts";
import {
  glorotUniform,
  type Initialiser,
  ones,
  orthogonal,
  scaledNormal,
  smallNormal,
  unitForgetBias,
  zeros,
} from "../initialisers.ts";
import type { Parameters } from "../parameters.ts";
import { gateCount } from "./gate-count.ts";
import type { LayerNorms, RecurrentWeights } from "./recurrent-layer.ts";

const smallDeviation = 0.01;

/** Of the inputs' kernel, and of the state's. */
const initialisers: Record<Initializer, [kernel: Initialiser, recurrentKernel: Initialiser]> = {
  orthogonal: [glorotUniform, orthogonal],
  glorot: [glorotUniform, glorotUniform],
  scaled_normal: [scaledNormal, scaledNormal],
  small_normal: [smallNormal(smallDeviation), smallNormal(smallDeviation)],
};

/** Makes the variables `{name}/kernel`, `{name}/recurrent_kernel`, `{name}/bias` and those of the norms, laid out as Keras does. */
export function createRecurrentWeights(
  architecture: Architecture,
  { name, inputSize }: { name: string; inputSize: number },
  parameters: Parameters,
): RecurrentWeights {
  const { cell, units, reset_after: resetAfter, initializer } = architecture;
  const columns = gateCount[cell] * units;
  const [kernel, recurrentKernel] = initialisers[initializer];
  const create = (part: string, shape: number[], initialise: Initialiser): Variable =>
    parameters.create(`${name}/${part}`, shape, initialise);
  const hasRecurrentKernel = cell !== "min_gru" && cell !== "min_lstm";
  return {
    kernel: create("kernel", [inputSize, columns], kernel) as unknown as Tensor2D,
    recurrentKernel: hasRecurrentKernel
      ? (create("recurrent_kernel", [units, columns], recurrentKernel) as unknown as Tensor2D)
      : null,
    bias: create("bias", cell === "gru" && resetAfter ? [2, columns] : [columns], biasInitialiser(architecture)),
    norms: architecture.layer_norm ? createNorms(architecture, create) : null,
  };
}

function biasInitialiser({ cell, units }: Architecture): Initialiser {
  if (cell === "lstm") return unitForgetBias;
  // The forget gate comes first here; Feng et al. 2024 start it open as well.
  if (cell === "min_lstm") return ([size]) => new Float32Array(size!).fill(1, 0, units);
  return zeros;
}

function createNorms(
  { cell, units }: Architecture,
  create: (part: string, shape: number[], initialise: Initialiser) => Variable,
): LayerNorms {
  const columns = gateCount[cell] * units;
  const none = { kernel: null, recurrent: null, sum: null, cell: null };
  if (cell === "simple_rnn") return { ...none, sum: create("sum_norm", [columns], ones) };
  const kernel = create("kernel_norm", [columns], ones);
  if (cell === "min_gru" || cell === "min_lstm") return { ...none, kernel };
  const recurrent = create("recurrent_norm", [columns], ones);
  if (cell === "gru") return { ...none, kernel, recurrent };
  const gain = create("cell_norm/gain", [units], ones);
  return { ...none, kernel, recurrent, cell: { gain, bias: create("cell_norm/bias", [units], zeros) } };
}
