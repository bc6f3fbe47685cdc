import { type Tensor2D, type Tensor3D, tf, type Variable } from "../backend.ts";
import type { HostTensor } from "../host-tensor.ts";
import { smallNormal } from "../initialisers.ts";
import { createDense } from "../layers/dense.ts";
import type { NetworkArchitecture } from "../layers/network-architecture.ts";
import { createRecurrentStack } from "../layers/recurrent-stack.ts";
import { Parameters } from "../parameters.ts";
import type { Random } from "../random.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import { gelu } from "./gelu.ts";

export interface NetworkInput {
  encoder: Tensor3D; // [batch, blocks, inputSize]
  features: Tensor2D; // [batch, headFeatures]
  /** Draws the dropout masks of a training step; null at all other times. */
  random: Random | null;
}

/**
 * Recurrent layers read the context block by block; a head turns their last state and the lag blocks into corrections of the baseline.
 * Members are alike but for their first values: their mean is steadier than each of them.
 */
export interface ForecastNetwork {
  readonly parameters: ReadonlyMap<string, Variable>;
  /** What the head gives for each step: corrections in scaled units, not yet sorted, or a likelihood's numbers; of one member after the other. [members * batch, horizon, outputsPerStep] */
  apply(input: NetworkInput): Tensor3D;
  dispose(): void;
}

const lastLayerDeviation = 0.01;

/** First values are drawn at random, or taken from a checkpoint's tensors; throws checkpoint_corrupt where they do not fit. */
export function createForecastNetwork(
  architecture: NetworkArchitecture,
  geometry: ForecastGeometry,
  source: Random | ReadonlyMap<string, HostTensor>,
): ForecastNetwork {
  const parameters = new Parameters(source);
  const members = Array.from({ length: geometry.seeds }, (_, member) =>
    createMember(architecture, geometry, member === 0 ? parameters : parameters.within(`member/${member}`)),
  );
  return {
    parameters: parameters.variables,
    dispose: () => parameters.dispose(),
    apply: (input) => tf.tidy(() => tf.concat(members.map((member) => member(input)))),
  };
}

type Member = (input: NetworkInput) => Tensor3D; // [batch, horizon, outputsPerStep]

function createMember(architecture: NetworkArchitecture, geometry: ForecastGeometry, parameters: Parameters): Member {
  const { inputSize, headFeatures, headUnits, horizon, outputsPerStep } = geometry;
  const stack = createRecurrentStack(architecture, { inputSize, causal: false }, parameters);
  const headInputs = stack.outputSize + headFeatures;
  const hidden = createDense({ name: "head/hidden", inputs: headInputs, outputs: headUnits }, parameters);
  const outputs = horizon * outputsPerStep;
  // Almost no correction at first: training starts from the baseline.
  const initialiser = smallNormal(lastLayerDeviation);
  const output = createDense({ name: "head/output", inputs: headUnits, outputs, initialiser }, parameters);
  return ({ encoder, features, random }) => {
    const batch = encoder.shape[0];
    const encoded = stack.lastStep({ inputs: encoder, states: stack.initialStates(batch), random });
    const corrections = output(gelu(hidden(tf.concat([encoded.output, features], 1)))); // [batch, horizon * outputsPerStep]
    return tf.reshape(corrections, [batch, horizon, outputsPerStep]) as Tensor3D;
  };
}
