import type { Architecture } from "../../schemas/models.ts";
import { backend } from "../backend.ts";
import { fusedRecurrentLayer } from "./fused-recurrent-layer.ts";
import { normalisedRecurrentLayer } from "./normalised-recurrent-layer.ts";
import type { RecurrentLayer } from "./recurrent-layer.ts";
import { referenceRecurrentLayer } from "./reference-recurrent-layer.ts";
import { runWithLengths } from "./run-with-lengths.ts";
import { scanRecurrentLayer } from "./scan-recurrent-layer.ts";

/** The recurrent layer of this process for an architecture: the one place that decides between the implementations. */
export function chooseRecurrentLayer({ cell, layer_norm: layerNorm, activation }: Architecture): RecurrentLayer {
  if (cell === "min_gru" || cell === "min_lstm") return runWithLengths(scanRecurrentLayer);
  if (layerNorm) return normalisedRecurrentLayer;
  if (backend.level !== "fused" || activation !== "tanh") return runWithLengths(referenceRecurrentLayer);
  return runWithLengths((input) => (input.recurrentMask ? referenceRecurrentLayer : fusedRecurrentLayer)(input));
}
