import type { TrainingSpec } from "../schemas/training-run.ts";
import { readCheckpoint } from "./checkpoint.ts";

/** The spec with what the checkpoint that it begins with has in place of every "auto" of a forecast. */
export async function withOriginSettings(spec: TrainingSpec): Promise<TrainingSpec> {
  if (!spec.origin || spec.forecast === null) return spec;
  const { description } = await readCheckpoint(spec.resumeFrom ?? spec.origin.path);
  const known = (description.forecast ?? {}) as Record<string, unknown>;
  const settings = Object.entries(spec.forecast).map(([name, value]) => [name, value === "auto" ? known[name] : value]);
  return { ...spec, forecast: Object.fromEntries(settings) };
}
