import type { Architecture } from "../../schemas/models.ts";

/** Numbers that each layer of a recurrent stack gives at every step, and so the stack. */
export function stackOutputSize({ units, bidirectional, merge_mode: mergeMode }: Architecture): number {
  return bidirectional && mergeMode === "concat" ? 2 * units : units;
}
