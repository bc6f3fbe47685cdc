import type { GenerationPrecision } from "../../../schemas/generation.ts";
import { isPlainNetwork } from "../../layers/is-plain-network.ts";
import { loadFusedKernels } from "../../load-fused-kernels.ts";
import { createTextDecoder } from "../decoding/create-text-decoder.ts";
import { createNetworkDecoder } from "../network-decoder.ts";
import type { TextWeights } from "../text-weights.ts";
import { createNativeTextEngine } from "./native-text-engine.ts";
import { createStepwiseTextEngine } from "./stepwise-text-engine.ts";
import type { TextEngine } from "./text-engine.ts";

/** The engine for a network, the one place that decides between the implementations; bf16 where the native one runs. Throws checkpoint_corrupt. */
export function createTextEngine(weights: TextWeights, precision: GenerationPrecision): TextEngine {
  const { kernels } = loadFusedKernels();
  const isPlain = isPlainNetwork(weights.architecture);
  if (kernels !== null && isPlain) return createNativeTextEngine(kernels, weights, precision);
  return createStepwiseTextEngine(isPlain ? createTextDecoder(weights) : createNetworkDecoder(weights));
}
