import { appError } from "../../errors.ts";
import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { TokenSplit } from "./read-text.ts";

/** Contiguous rows cut from a text: row r begins at `start + r * length`. */
export interface Streams {
  start: number;
  rows: number;
  /** Tokens each row predicts. */
  length: number;
}

export interface StreamPlan {
  training: Streams;
  /** The tail of the text; null where validation_fraction is 0. */
  validation: Streams | null;
  sequenceLength: number;
  /** New tokens in each step. */
  sequenceStride: number;
  stepsPerEpoch: number;
}

/**
 * Lays the batches out before anything is allocated. Every row needs at least one whole sequence, and each token needs the
 * one after it. Throws dataset_invalid or validation_failed, with the largest size that works.
 */
export function planStreams({ ids, trainingLength }: TokenSplit, training: TrainingSettings): StreamPlan {
  const { batch_size: rows, sequence_length: sequenceLength, validation_fraction: fraction = 0 } = training;
  if (sequenceLength === undefined) throw appError("internal", "expected training.sequence_length for a text");
  const { sequence_stride: sequenceStride = sequenceLength } = training;
  const validationTokens = ids.length - trainingLength;
  const predicted = trainingLength - 1;
  if (predicted < 1) {
    throw appError("dataset_invalid", `expected a text of at least 2 tokens to train on, got ${trainingLength}`);
  }
  const length = Math.floor(predicted / rows);
  if (length < sequenceLength) refuseSize(predicted, rows, sequenceLength);
  if (fraction > 0 && validationTokens < 2) refuseFraction({ ids, trainingLength }, fraction);
  return {
    training: { start: 0, rows, length },
    validation: fraction > 0 ? planValidation(trainingLength, validationTokens - 1, training) : null,
    sequenceLength,
    sequenceStride,
    stepsPerEpoch: Math.floor((length - sequenceLength) / sequenceStride) + 1,
  };
}

/** As many rows as in training, unless the tail is too short to give each a sequence. */
function planValidation(start: number, predicted: number, training: TrainingSettings): Streams {
  const rows = Math.max(1, Math.min(training.batch_size, Math.floor(predicted / training.sequence_length!)));
  return { start, rows, length: Math.floor(predicted / rows) };
}

function refuseSize(predicted: number, rows: number, sequenceLength: number): never {
  const largest = Math.floor(predicted / sequenceLength);
  const rule = `expected a text of more than batch_size * sequence_length = ${rows * sequenceLength} tokens to train on`;
  const [pointer, hint] =
    largest >= 1
      ? ["/training/batch_size", `The largest batch_size for sequence_length ${sequenceLength} is ${largest}.`]
      : ["/training/sequence_length", `The largest sequence_length is ${predicted}, with a batch_size of 1.`];
  const message = `${rule}, got ${predicted + 1}`;
  const value = largest >= 1 ? rows : sequenceLength;
  throw appError("validation_failed", `${message}. ${hint}`, {
    errors: [{ pointer, code: "too_large", message, value, hint }],
  });
}

function refuseFraction({ ids, trainingLength }: TokenSplit, fraction: number): never {
  const message = `expected a validation tail of at least 2 tokens, got ${ids.length - trainingLength} of ${ids.length}`;
  const hint = `Set validation_fraction to 0, or to at least ${Math.ceil((2 / ids.length) * 1000) / 1000}.`;
  throw appError("validation_failed", `${message}. ${hint}`, {
    errors: [{ pointer: "/training/validation_fraction", code: "too_small", message, value: fraction, hint }],
  });
}
