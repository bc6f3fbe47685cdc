import type { Static } from "typebox";
import type { TextSummary } from "../schemas/datasets.ts";
import type { TrainingRequest } from "../schemas/jobs.ts";
import type { TrainingFaults } from "./training-faults.ts";

const usual = { batchSize: 50, sequenceLength: 50, validationFraction: 0.1 };

/** The part of the settings that only a text has. */
export interface TextTraining {
  batch_size: number;
  sequence_length: number;
  validation_fraction: number;
  sample_prompt?: string;
  sample_length?: number;
}

/**
 * Batch rows are streams of equal length through the text, and each gives at least one sequence and the character after it. Where the
 * caller leaves the choice, a text too short for the usual sizes gets smaller ones, and no validation tail it could not fill.
 */
export function resolveTextTraining(
  request: TrainingRequest,
  { characters, vocabulary_size }: Static<typeof TextSummary>,
  faults: TrainingFaults,
): TextTraining {
  if (characters < 2 || vocabulary_size < 2) {
    const message = `expected a text of at least 2 different characters, got ${vocabulary_size} in a text of ${characters}`;
    faults.addDataset(message, { value: characters, hint: "upload a longer text" });
  }
  const sequence =
    request.sequence_length ?? Math.max(1, Math.min(usual.sequenceLength, Math.floor(characters / 2) - 1));
  const fraction = request.validation_fraction ?? usualFraction(characters, sequence);
  const trained = characters - Math.floor(characters * fraction);
  const rows = Math.floor(trained / (sequence + 1));
  const batch = request.batch_size ?? Math.max(1, Math.min(usual.batchSize, rows));
  if (batch > rows && characters >= 2) explainShortText(request, { trained, sequence, batch, rows }, faults);
  checkSamples(request, faults);
  return {
    batch_size: batch,
    sequence_length: sequence,
    validation_fraction: fraction,
    ...(request.sample_every === null ? {} : { sample_length: request.sample_length ?? 200 }),
    ...(request.sample_prompt === undefined ? {} : { sample_prompt: request.sample_prompt }),
  };
}

function usualFraction(characters: number, sequence: number): number {
  return Math.floor(characters * usual.validationFraction) > sequence ? usual.validationFraction : 0;
}

function explainShortText(
  request: TrainingRequest,
  { trained, sequence, batch, rows }: { trained: number; sequence: number; batch: number; rows: number },
  faults: TrainingFaults,
): void {
  const message = `expected batch_size x (sequence_length + 1) to be at most the ${trained} characters trained on, got ${batch} x ${sequence + 1}`;
  const longest = Math.floor(trained / batch) - 1;
  if (request.batch_size !== undefined && rows >= 1) {
    faults.add("batch_size", "out_of_range", message, { value: batch, allowed: { maximum: rows } });
  } else if (request.sequence_length !== undefined && longest >= 1) {
    faults.add("sequence_length", "out_of_range", message, { value: sequence, allowed: { maximum: longest } });
  } else {
    faults.addDataset(message, { value: trained, hint: "upload a longer text, or ask for less of it" });
  }
}

function checkSamples(request: TrainingRequest, faults: TrainingFaults): void {
  if (request.sample_prompt === "") {
    const hint = "leave it out to begin with the first character of the data";
    faults.add("sample_prompt", "out_of_range", "expected at least one character, got none", { value: "", hint });
  }
  if (request.sample_every !== null) return;
  for (const field of ["sample_prompt", "sample_length"] as const) {
    if (request[field] === undefined) continue;
    const message = `${field} means nothing where sample_every is null`;
    faults.add(field, "conflict", message, { value: request[field], hint: "leave out one of the two" });
  }
}
