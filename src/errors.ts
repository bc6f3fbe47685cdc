/**
 * The one registry of errors: every code, its HTTP status and the sentence that is its title.
 * Rooms throw codes; only plugins/errors.ts turns them into replies.
 */
export const errorRegistry = {
  // 400: the bytes cannot be read as what they claim to be
  body_unparsable: [400, "The request body cannot be parsed"],
  body_too_deep: [400, "The JSON nests too deeply"],
  body_not_utf8: [400, "The request body is not valid UTF-8"],
  number_not_finite: [400, "The JSON holds a number that does not fit a double"],
  request_invalid: [400, "The request cannot be read"],
  // 401, 403, 404, 408: who asks, from where, for what, how slowly
  key_missing: [401, "An API key is required"],
  key_invalid: [401, "The API key is not valid"],
  scope_missing: [403, "The API key lacks the scope that this route needs"],
  origin_forbidden: [403, "Requests from this origin are not accepted"],
  host_forbidden: [403, "Requests for this host name are not accepted"],
  route_not_found: [404, "There is no such route"],
  dataset_not_found: [404, "There is no such dataset"],
  model_not_found: [404, "There is no such model"],
  job_not_found: [404, "There is no such job"],
  checkpoint_not_found: [404, "There is no such checkpoint"],
  session_not_found: [404, "There is no such session"],
  key_not_found: [404, "There is no such key"],
  stream_not_found: [404, "There is no such open stream on this socket"],
  request_timeout: [408, "The request did not arrive in time"],
  // 409: the state of things forbids it
  name_taken: [409, "The name is already in use"],
  dataset_in_use: [409, "The dataset is in use by a job that has not ended"],
  model_in_use: [409, "The model is in use by a job that has not ended"],
  model_untrained: [409, "The model has not been trained yet"],
  model_task_mismatch: [409, "The model does another task"],
  job_state: [409, "The job is in a state that does not allow this"],
  session_busy: [409, "Another call in the session has not ended"],
  session_checkpoint_gone: [409, "The checkpoint that the session began with is gone"],
  stream_open: [409, "A stream with this stream_id is open on this socket"],
  idempotency_conflict: [409, "A request with this Idempotency-Key is still being answered"],
  // 413, 415, 422: the caller's data
  body_too_large: [413, "The request body is too large"],
  media_type_unsupported: [415, "The content type is not supported here"],
  validation_failed: [422, "The request is well-formed but not valid"],
  dataset_invalid: [422, "The data cannot be used"],
  prompt_characters_unknown: [422, "The prompt holds characters that the model has never seen"],
  history_too_short: [422, "The history is too short for this model"],
  session_state_mismatch: [422, "The state belongs to another model"],
  idempotency_mismatch: [422, "The Idempotency-Key was used with another request body"],
  // 429, 431, 503, 507: limits of the caller, the server and the disk
  rate_limited: [429, "Too many requests"],
  session_limit: [429, "There are too many sessions"],
  headers_too_large: [431, "The request headers are too large"],
  server_busy: [503, "The server is busy"],
  server_draining: [503, "The server is shutting down"],
  inference_unavailable: [503, "The inference thread is not available"],
  session_storage_full: [507, "The states of the sessions take up all their room"],
  disk_full: [507, "The disk is full"],
  // 500: ours
  internal: [500, "Something went wrong on the server"],
  checkpoint_corrupt: [500, "The checkpoint file cannot be read"],
  // Causes of a failed job: they reach the client in the job, never as a status
  training_diverged: [500, "The loss is not a finite number"],
  training_failed: [500, "The training run failed"],
  trainer_lost: [500, "The training process ended unexpectedly"],
  trainer_silent: [500, "The training process made no progress"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof errorRegistry;

/** One fault in the request. `pointer` is a JSON pointer into the body, or `/query/limit`, or `/file/row/3/target`. */
export interface ErrorDetail {
  pointer: string;
  code: string;
  message: string;
  value?: unknown;
  allowed?: unknown;
  hint?: string;
}

interface ErrorExtras {
  errors?: ErrorDetail[];
  cause?: unknown;
  retryAfterSeconds?: number;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly errors: ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, extras: ErrorExtras = {}) {
    super(detail, { cause: extras.cause });
    this.name = "AppError";
    this.code = code;
    [this.status, this.title] = errorRegistry[code];
    this.errors = extras.errors ?? [];
    this.retryAfterSeconds = extras.retryAfterSeconds;
  }
}

/** `detail` says the rule, then what came: "expected units between 1 and 4096, got 0". */
export function appError(code: ErrorCode, detail: string, extras?: ErrorExtras): AppError {
  return new AppError(code, detail, extras);
}

/** An error on its way across a thread border, where a structured clone would lose the class. */
export interface ErrorMessage {
  code: ErrorCode;
  detail: string;
  errors: ErrorDetail[];
  stack?: string | undefined;
}

export function toErrorMessage(error: unknown): ErrorMessage {
  const { code, errors } = error instanceof AppError ? error : { code: "internal" as const, errors: [] };
  if (error instanceof Error) return { code, detail: error.message, errors, stack: error.stack };
  return { code, detail: String(error), errors };
}

export function fromErrorMessage(message: ErrorMessage): AppError {
  return appError(message.code, message.detail, { errors: message.errors, cause: message.stack });
}
