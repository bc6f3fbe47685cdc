import { type AppError, appError, type ErrorDetail } from "../../errors.ts";

const mostFaults = 100;

/** What is thrown for faults in the series of a request: history_too_short where that is all that is wrong, else validation_failed. */
export function inputsRefused(errors: ErrorDetail[]): AppError {
  const short = errors.every(({ code }) => code === "history_too_short");
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const detail = `${errors[0]!.pointer}: ${errors[0]!.message}${more}`;
  return appError(short ? "history_too_short" : "validation_failed", detail, { errors: errors.slice(0, mostFaults) });
}
