import type { TrainingPrecision, TrainingRequest } from "../schemas/jobs.ts";
import type { Architecture } from "../schemas/models.ts";
import type { TrainingFaults } from "./training-faults.ts";

const hint = "leave precision out to train in fp32";

/** What the layers multiply; `precisions`: what the engine can. */
export function resolvePrecision(
  { precision = "fp32" }: TrainingRequest,
  { architecture, precisions }: { architecture: Architecture; precisions: readonly TrainingPrecision[] },
  faults: TrainingFaults,
): TrainingPrecision {
  if (precision === "fp32") return precision;
  const refuse = (message: string) => {
    faults.add("precision", "conflict", message, { value: precision, allowed: ["fp32"], hint });
  };
  if (!precisions.includes(precision)) {
    refuse("bf16 takes the fused kernels and a processor with AVX512_BF16: this service has not both");
  }
  const other = partInFp32(architecture);
  if (other !== null) refuse(`bf16 is not for a network with ${other}: it is computed in fp32`);
  return precision;
}

/** The first setting that the fused layers do not know. */
function partInFp32({ cell, layer_norm, activation, recurrent_dropout: share }: Architecture): string | null {
  if (cell === "min_gru" || cell === "min_lstm") return `cell ${cell}`;
  if (layer_norm) return "layer_norm";
  if (activation !== "tanh") return `activation ${activation}`;
  return share > 0 ? "recurrent_dropout" : null;
}
