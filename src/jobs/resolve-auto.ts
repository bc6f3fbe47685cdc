import { totalmem } from "node:os";
import type { DatasetSummary } from "../schemas/datasets.ts";
import type { TrainingBody, TrainingRequest, TrainingSettings } from "../schemas/jobs.ts";
import type { Architecture } from "../schemas/models.ts";
import type { TextSettings } from "../schemas/vocabulary.ts";
import { tokenBounds } from "./token-bounds.ts";

/** Updates that one pass over the data should be worth. */
const stepsAnEpoch = 50;
const rows = { least: 8, most: 128 };
const forecastRows = { least: 32, most: 256 };
/** Of the activations of a unit at a step: gates, states and their gradients, as 32-bit floats. */
const bytesAUnit = 64;
const shareOfMemory = 1 / 8;

/** The request with a number for a batch_size of "auto", and without a learning_rate of "auto": the run measures that. */
export function resolveAuto(
  { batch_size: batch, learning_rate: rate, ...others }: TrainingBody,
  { summary, architecture, text }: { summary: DatasetSummary; architecture: Architecture; text?: TextSettings | null },
): { request: TrainingRequest; auto: TrainingSettings["auto"] } {
  const size = batch === "auto" ? chooseBatchSize(others, { summary, text }, architecture) : batch;
  const request: TrainingRequest = {
    ...others,
    ...(size === undefined ? {} : { batch_size: size }),
    ...(rate === undefined || rate === "auto" ? {} : { learning_rate: rate }),
  };
  const asked = { batch_size: batch, learning_rate: rate };
  const auto = (["batch_size", "learning_rate"] as const).filter((field) => asked[field] === "auto");
  return { request, auto: auto.length > 0 ? auto : undefined };
}

/** The power of two that gives an epoch some fifty steps, within bounds, within the data, within an eighth of the memory. */
function chooseBatchSize(
  { sequence_length: asked }: TrainingRequest,
  data: { summary: DatasetSummary; text: TextSettings | null | undefined },
  { units, layers }: Architecture,
): number {
  const { examples, steps, bounds } = amountOf(data, asked);
  const inMemory = (totalmem() * shareOfMemory) / (steps * units * layers * bytesAUnit);
  const wanted = Math.max(bounds.least, Math.min(bounds.most, examples / stepsAnEpoch));
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(wanted, examples, inMemory))));
}

/** Examples to fill a batch with, and steps in each. */
function amountOf(
  { summary, text }: { summary: DatasetSummary; text: TextSettings | null | undefined },
  asked: number | undefined,
) {
  if (summary.kind === "text") {
    const steps = asked ?? 50;
    return { examples: (0.9 * tokenBounds(summary.characters, text).least) / steps, steps, bounds: rows };
  }
  if (summary.kind === "sequence") return { examples: 0.9 * summary.sequences, steps: summary.longest, bounds: rows };
  return { examples: summary.points, steps: 300, bounds: forecastRows };
}
