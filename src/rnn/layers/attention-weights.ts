import type { AttentionKind } from "../../schemas/models.ts";
import type { Tensor2D } from "../backend.ts";
import { glorotUniform } from "../initialisers.ts";
import type { Parameters } from "../parameters.ts";
import { createDense, type Dense } from "./dense.ts";

export interface AttentionWeights {
  query: Tensor2D; // [size, units]
  key: Tensor2D; // [size, units]
  value: Tensor2D; // [size, units]
  /** additive only: what each unit's agreement counts. */
  scale: Tensor2D | null; // [units, 1]
  /** Context and state side by side in. [rows, units + size] -> [rows, size] */
  combine: Dense;
}

/** Makes the variables `attention/query|key|value`, `attention/scale` for additive, `attention/combine/kernel|bias`. */
export function createAttentionWeights(
  { kind, size, units }: { kind: AttentionKind; size: number; units: number },
  parameters: Parameters,
): AttentionWeights {
  const create = (part: string, shape: number[]) =>
    parameters.create(`attention/${part}`, shape, glorotUniform) as unknown as Tensor2D;
  const [query, key, value] = ["query", "key", "value"].map((part) => create(part, [size, units])) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const scale = kind === "additive" ? create("scale", [units, 1]) : null;
  const combine = createDense({ name: "attention/combine", inputs: units + size, outputs: size }, parameters);
  return { query, key, value, scale, combine };
}
