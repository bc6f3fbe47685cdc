import { AppError, appError, type ErrorCode } from "../errors.ts";
import type { Problem } from "../schemas/problem.ts";

/** What the framework's own errors are in our registry. */
const frameworkErrors: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "media_type_unsupported",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "request_invalid",
  FST_ERR_BAD_URL: "request_invalid",
  FST_ERR_MAX_PARAM_LENGTH: "request_invalid",
  FST_REQ_FILE_TOO_LARGE: "body_too_large",
  FST_PARTS_LIMIT: "body_too_large",
  FST_FILES_LIMIT: "request_invalid",
  FST_FIELDS_LIMIT: "body_too_large",
  FST_PROTO_VIOLATION: "request_invalid",
  FST_INVALID_MULTIPART_CONTENT_TYPE: "media_type_unsupported",
  FST_NO_FORM_DATA: "body_unparsable",
};

const byStatus: Record<number, ErrorCode> = {
  404: "route_not_found",
  408: "request_timeout",
  413: "body_too_large",
  415: "media_type_unsupported",
  429: "rate_limited",
  431: "headers_too_large",
};

/** Any error as one of the registry. What is not the caller's doing becomes `internal`, with the error as its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code = "", statusCode = 500, message } = error as { code?: string; statusCode?: number; message?: string };
  const known = frameworkErrors[code] ?? byStatus[statusCode];
  if (known !== undefined) return appError(known, message ?? known, { cause: error });
  if (statusCode >= 400 && statusCode < 500) return appError("request_invalid", message ?? "", { cause: error });
  return appError("internal", message ?? String(error), { cause: error });
}

/** RFC 9457. Of errors that are ours (500) the caller learns the request id alone: the rest is in the log. */
export function toProblem(error: AppError, context: { requestId: string; path?: string }): Problem {
  const isOurs = error.status === 500;
  return {
    type: `/problems/${error.code}`,
    title: error.title,
    status: error.status,
    detail: isOurs ? `The log of the server has the cause beside the request id ${context.requestId}.` : error.message,
    ...(context.path !== undefined ? { instance: context.path } : {}),
    code: error.code,
    request_id: context.requestId,
    errors: isOurs ? [] : error.errors,
  };
}
