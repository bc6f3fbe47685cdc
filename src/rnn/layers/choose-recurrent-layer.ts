import { appError } from "../../errors.ts";
import { backend } from "../backend.ts";
import { bf16RecurrentLayer, fusedRecurrentLayer } from "./fused-recurrent-layer.ts";
import type { NetworkArchitecture } from "./network-architecture.ts";
import { normalisedRecurrentLayer } from "./normalised-recurrent-layer.ts";
import type { RecurrentLayer } from "./recurrent-layer.ts";
import { referenceRecurrentLayer } from "./reference-recurrent-layer.ts";
import { runWithLengths } from "./run-with-lengths.ts";
import { scanRecurrentLayer } from "./scan-recurrent-layer.ts";

/**
 * The recurrent layer of this process for an architecture: the one place that decides between the implementations.
 * Throws training_failed for bf16 where the fused kernels are missing, as for a run that another machine began.
 */
export function chooseRecurrentLayer(architecture: NetworkArchitecture): RecurrentLayer {
  const { cell, layer_norm: layerNorm, activation, precision } = architecture;
  if (precision === "bf16") {
    if (backend.level !== "fused")
      throw appError("training_failed", "bf16 needs the fused kernels. Run: npm run setup");
    return runWithLengths(bf16RecurrentLayer);
  }
  if (cell === "min_gru" || cell === "min_lstm") return runWithLengths(scanRecurrentLayer);
  if (layerNorm) return normalisedRecurrentLayer;
  if (backend.level !== "fused" || activation !== "tanh") return runWithLengths(referenceRecurrentLayer);
  return runWithLengths((input) => (input.recurrentMask ? referenceRecurrentLayer : fusedRecurrentLayer)(input));
}
