import type { SequenceSettings } from "../../schemas/models.ts";
import type { SequenceDescription } from "./sequence-description.ts";
import type { SequenceNetwork } from "./sequence-network.ts";

/** A network with what turns data into its numbers and back. */
export interface SequenceModel {
  network: SequenceNetwork;
  settings: SequenceSettings;
  scaling: SequenceDescription;
  /** What is told without looking at the inputs: sequence-baseline.ts. */
  baseline: Float32Array;
}
