import { backend } from "../backend.ts";
import { fusedRecurrentLayer } from "./fused-recurrent-layer.ts";
import type { RecurrentLayer } from "./recurrent-layer.ts";
import { referenceRecurrentLayer } from "./reference-recurrent-layer.ts";

/** The recurrent layer of this process: the one place that decides between the implementations. */
export function chooseRecurrentLayer(): RecurrentLayer {
  return backend.level === "fused" ? fusedRecurrentLayer : referenceRecurrentLayer;
}
