import type { Static } from "typebox";
import type { TextSummary } from "../schemas/datasets.ts";
import type { TrainingRequest } from "../schemas/jobs.ts";
import type { ScheduledSampling } from "../schemas/techniques.ts";
import type { TextSettings } from "../schemas/vocabulary.ts";
import { tokenBounds } from "./token-bounds.ts";
import type { TrainingFaults } from "./training-faults.ts";

const usualSampling = { schedule: "linear", probability: 0.25, choice: "sample" } as const;
const usual = { batchSize: 50, sequenceLength: 50, validationFraction: 0.1 };

/** The part of the settings that only a text has. */
export interface TextTraining {
  batch_size: number;
  sequence_length: number;
  sequence_stride?: number;
  scheduled_sampling?: ScheduledSampling;
  validation_fraction: number;
  sample_prompt?: string;
  sample_length?: number;
}

/**
 * Batch rows are contiguous streams through the text, each at least one sequence long, and the last token of all is only
 * predicted. Where the caller leaves the choice, a text too short for the usual sizes gets smaller ones, and no validation
 * tail that it could not fill.
 */
export function resolveTextTraining(
  request: TrainingRequest,
  { summary, text }: { summary: Static<typeof TextSummary>; text: TextSettings | null },
  faults: TrainingFaults,
): TextTraining {
  const { characters, vocabulary_size } = summary;
  if (characters < 2 || vocabulary_size < 2) {
    const message = `expected a text of at least 2 different characters, got ${vocabulary_size} in a text of ${characters}`;
    faults.addDataset(message, { value: characters, hint: "upload a longer text" });
  }
  const { least, most } = tokenBounds(characters, text);
  const longest = Math.max(1, Math.floor((least - 1) / 2));
  const sequence = request.sequence_length ?? Math.min(usual.sequenceLength, longest);
  const fraction = request.validation_fraction ?? usualFraction(least, sequence);
  checkTail(request, most, faults);
  const rows = Math.floor(predictedTokens(least, fraction) / sequence);
  const batch = request.batch_size ?? Math.max(1, Math.min(usual.batchSize, rows));
  // Words and byte pairs are counted when the run starts: what only may be too much is judged there.
  const predicted = predictedTokens(most, fraction);
  if (batch > Math.floor(predicted / sequence) && characters >= 2) {
    explainShortText(request, { predicted, sequence, batch }, faults);
  }
  checkSamples(request, faults);
  checkWindow(request, sequence, faults);
  checkReplay(request, batch, faults);
  return {
    batch_size: batch,
    sequence_length: sequence,
    ...(request.sequence_stride === undefined ? {} : { sequence_stride: request.sequence_stride }),
    ...(request.scheduled_sampling ? { scheduled_sampling: { ...usualSampling, ...request.scheduled_sampling } } : {}),
    validation_fraction: fraction,
    ...(request.sample_every === null ? {} : { sample_length: request.sample_length ?? 200 }),
    ...(request.sample_prompt === undefined ? {} : { sample_prompt: request.sample_prompt }),
  };
}

function predictedTokens(tokens: number, fraction: number): number {
  return tokens - Math.floor(tokens * fraction) - 1;
}

function usualFraction(tokens: number, sequence: number): number {
  return Math.floor(tokens * usual.validationFraction) > sequence ? usual.validationFraction : 0;
}

function checkTail(
  { validation_fraction: fraction }: TrainingRequest,
  characters: number,
  faults: TrainingFaults,
): void {
  if (fraction === undefined || fraction === 0 || characters < 2) return;
  const tail = Math.floor(characters * fraction);
  if (tail >= 2) return;
  const message = `expected a validation tail of at least 2 characters, got ${tail} of ${characters}`;
  faults.add("validation_fraction", "out_of_range", message, { value: fraction, hint: "0 keeps none" });
}

function explainShortText(
  request: TrainingRequest,
  { predicted, sequence, batch }: { predicted: number; sequence: number; batch: number },
  faults: TrainingFaults,
): void {
  const message = `expected batch_size x sequence_length below the ${predicted + 1} characters trained on, got ${batch} x ${sequence}`;
  const most = { rows: Math.floor(predicted / sequence), length: Math.floor(predicted / batch) };
  if (request.batch_size !== undefined && most.rows >= 1) {
    faults.add("batch_size", "out_of_range", message, { value: batch, allowed: { maximum: most.rows } });
  } else if (request.sequence_length !== undefined && most.length >= 1) {
    faults.add("sequence_length", "out_of_range", message, { value: sequence, allowed: { maximum: most.length } });
  } else {
    faults.addDataset(message, { value: predicted + 1, hint: "upload a longer text, or ask for less of it" });
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

function checkWindow(request: TrainingRequest, sequence: number, faults: TrainingFaults): void {
  const { sequence_stride: stride, scheduled_sampling: sampling } = request;
  if (stride !== undefined && stride > sequence) {
    const message = `expected sequence_stride up to sequence_length ${sequence}, got ${stride}: characters would be left out`;
    faults.add("sequence_stride", "out_of_range", message, { value: stride, allowed: { maximum: sequence } });
  }
  if (sampling !== undefined && sequence < 2) {
    const message = "scheduled_sampling feeds a character back into the same sequence, and sequence_length is 1";
    faults.add("scheduled_sampling", "conflict", message, { value: sampling, hint: "set sequence_length above 1" });
  }
}

/** Rows of the old data, and of the new. */
function checkReplay({ replay }: TrainingRequest, batch: number, faults: TrainingFaults): void {
  if (replay === undefined) return;
  const rows = Math.round(replay.share * batch);
  if (rows >= 1 && rows < batch) return;
  const message = `expected a share that leaves a row each for the old and the new data, got ${rows} of ${batch} rows`;
  faults.add("replay/share", "out_of_range", message, { value: replay.share, hint: "0.5 is half of the batch" });
}
