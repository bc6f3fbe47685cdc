import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { Clipping } from "./updater.ts";

/** The bounds that a run's settings put on its gradients. */
export function clippingOf({ clip_norm, clip_value }: Pick<TrainingSettings, "clip_norm" | "clip_value">): Clipping {
  return { clipNorm: clip_norm, clipValue: clip_value ?? null };
}
