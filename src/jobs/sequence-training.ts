import type { SequenceSummary } from "../schemas/datasets.ts";
import type { TrainingRequest } from "../schemas/jobs.ts";
import type { SequenceSettings } from "../schemas/models.ts";
import type { TrainingFaults } from "./training-faults.ts";

const usual = { batchSize: 32, validationFraction: 0.1 };

const textOnly = {
  sequence_length: "a sequence is read from its first step to its last",
  sequence_stride: "only a text is read on from step to step",
  scheduled_sampling: "outputs are not read again as inputs",
  sample_prompt: "samples are sequences kept for validation",
  sample_length: "samples are as long as their sequences",
} as const;

/** The part of the settings that sequences have. */
export interface SequenceTraining {
  batch_size: number;
  validation_fraction: number;
}

/** Refuses what only a text has, and data that are not what the model reads and tells. */
export function resolveSequenceTraining(
  request: TrainingRequest,
  { summary, model }: { summary: SequenceSummary; model: SequenceSettings },
  faults: TrainingFaults,
): SequenceTraining {
  for (const [field, hint] of Object.entries(textOnly)) {
    const value = request[field as keyof typeof textOnly];
    if (value === undefined) continue;
    faults.add(field, "not_applicable", `${field} means nothing for a sequence`, { value, hint });
  }
  checkSizes(summary, model, faults);
  const { sequences } = summary;
  const held = Math.floor(sequences * usual.validationFraction);
  const fraction = request.validation_fraction ?? (held >= 1 ? usual.validationFraction : 0);
  if (request.validation_fraction && Math.floor(sequences * fraction) < 1) {
    const message = `expected at least 1 sequence for validation, got ${fraction} of ${sequences}`;
    faults.add("validation_fraction", "out_of_range", message, { value: fraction, hint: "0 keeps none" });
  }
  const trained = sequences - Math.floor(sequences * fraction);
  const batch = request.batch_size ?? Math.min(usual.batchSize, trained);
  if (batch > trained) {
    const message = `expected batch_size up to the ${trained} sequences trained on, got ${batch}`;
    faults.add("batch_size", "out_of_range", message, { value: batch, allowed: { maximum: trained } });
  }
  return { batch_size: batch, validation_fraction: fraction };
}

function checkSizes(summary: SequenceSummary, model: SequenceSettings, faults: TrainingFaults): void {
  const { input_size: inputSize, target_size: targetSize, target, classes, longest } = summary;
  if (inputSize !== model.input_size) {
    const message = `expected ${model.input_size} numbers a step, the model's input_size, the data have ${inputSize}`;
    faults.addDataset(message, { value: inputSize, allowed: model.input_size });
  }
  // A sequence of one step ends with it.
  if (target !== model.output && longest > 1) {
    const words = { each_step: "a target for each step", last_step: "one target for the end of each sequence" };
    const message = `expected ${words[model.output]}, as the model's output says, the data have ${words[target]}`;
    faults.addDataset(message, { value: target, allowed: model.output });
  }
  if (model.loss === "mse" && targetSize !== model.output_size) {
    const message = `expected ${model.output_size} numbers in a target, the model's output_size, the data have ${targetSize}`;
    faults.addDataset(message, { value: targetSize, allowed: model.output_size });
  }
  if (model.loss !== "cross_entropy") return;
  if (classes === null) {
    const message = "cross_entropy expects one class number (0, 1, 2, ...) in each target, the data have other numbers";
    faults.addDataset(message, { value: null, hint: 'train a model with "loss":"mse" on values' });
  } else if (classes > model.output_size) {
    const message = `expected classes below ${model.output_size}, the model's output_size, the data go up to ${classes - 1}`;
    faults.addDataset(message, { value: classes, allowed: { maximum: model.output_size } });
  }
}
