import { Default } from "typebox/value";
import type { Metrics } from "../schemas/common.ts";
import type { TrainingSettings } from "../schemas/jobs.ts";
import { Architecture, type ResolvedForecastSettings, type SequenceSettings, type Task } from "../schemas/models.ts";

/** What a checkpoint says of itself: with the tensors, all that serving or a resumed run needs. */
export interface CheckpointDescription {
  task: Task;
  architecture: Architecture;
  forecast: ResolvedForecastSettings | null;
  sequence: SequenceSettings | null;
  training: TrainingSettings;
  /** SHA-256 of the data it learned from: a run goes on with the same data only. */
  datasetSha256: string;
  step: number;
  metrics: Metrics;
  /** TrainingTask.describe(): the vocabulary, or the scaling. */
  taskDescription: Record<string, unknown>;
  /** Cursors, random states, counters: everything exact resume needs that is not a tensor. */
  resume: Record<string, unknown>;
}

const format = "unroll-checkpoint";
const version = "1";

/** As safetensors wants its metadata: strings by name. Words stay words, the rest is JSON. */
export function toMetadata(description: CheckpointDescription): Record<string, string> {
  const { task, architecture, forecast, sequence, training, datasetSha256, step, metrics, taskDescription, resume } =
    description;
  return {
    format,
    version,
    task,
    architecture: JSON.stringify(architecture),
    forecast: JSON.stringify(forecast),
    sequence: JSON.stringify(sequence),
    training: JSON.stringify(training),
    dataset_sha256: datasetSha256,
    step: String(step),
    metrics: JSON.stringify(metrics),
    task_description: JSON.stringify(taskDescription),
    resume: JSON.stringify(resume),
  };
}

/** Throws RangeError or SyntaxError for anything toMetadata does not write. */
export function fromMetadata(metadata: Record<string, string>): CheckpointDescription {
  if (metadata.format !== format || metadata.version !== version) {
    throw new RangeError(`expected ${format} version ${version}, got ${metadata.format} version ${metadata.version}`);
  }
  const { task, dataset_sha256: datasetSha256 } = metadata;
  if (task !== "text" && task !== "forecast" && task !== "sequence") {
    throw new RangeError(`expected task text, forecast or sequence, got ${task}`);
  }
  const step = Number(metadata.step);
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`expected a step, got ${metadata.step}`);
  if (datasetSha256 === undefined) throw new RangeError("dataset_sha256 is missing");
  return {
    task,
    // What an older file does not name yet is as it was then: the default.
    architecture: Default(Architecture, parse(metadata, "architecture")) as Architecture,
    forecast:
      metadata.forecast === "null" ? null : (parse(metadata, "forecast") as unknown as ResolvedForecastSettings),
    // Files of releases before there were sequence models have none.
    sequence:
      (metadata.sequence ?? "null") === "null" ? null : (parse(metadata, "sequence") as unknown as SequenceSettings),
    training: parse(metadata, "training") as unknown as TrainingSettings,
    datasetSha256,
    step,
    metrics: parse(metadata, "metrics") as Metrics,
    taskDescription: parse(metadata, "task_description"),
    resume: parse(metadata, "resume"),
  };
}

function parse(metadata: Record<string, string>, key: string): Record<string, unknown> {
  const value: unknown = JSON.parse(metadata[key] ?? "");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RangeError(`${key} is not an object`);
  }
  return value as Record<string, unknown>;
}
