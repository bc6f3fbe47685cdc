import { appError, type ErrorDetail } from "../errors.ts";
import type { GenerateBody } from "../schemas/generation.ts";

/** Options of a request for text that mean nothing beside each other; throws validation_failed with all of them. */
export function checkDecoding({ temperature, typical_p }: Omit<GenerateBody, "stream">): void {
  const errors: ErrorDetail[] = [];
  if (temperature === 0 && typical_p < 1) {
    const message = "expected 1 beside temperature 0, which draws nothing";
    const hint = "raise the temperature, or leave typical_p out";
    errors.push({ pointer: "/typical_p", code: "conflict", message, value: typical_p, allowed: 1, hint });
  }
  if (errors.length === 0) return;
  throw appError("validation_failed", errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), {
    errors,
  });
}
