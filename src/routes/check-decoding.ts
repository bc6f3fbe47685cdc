import { appError, type ErrorDetail } from "../errors.ts";
import type { GenerateBody } from "../schemas/generation.ts";
import { beamFaults } from "./beam-faults.ts";

/** Options of a request for text that mean nothing beside each other; throws validation_failed with all of them. */
export function checkDecoding(body: Omit<GenerateBody, "stream">): void {
  const { temperature, typical_p, pattern, allowed_characters, stop } = body;
  const errors: ErrorDetail[] = beamFaults(body);
  if (temperature === 0 && typical_p < 1) {
    const message = "expected 1 beside temperature 0, which draws nothing";
    const hint = "raise the temperature, or leave typical_p out";
    errors.push({ pointer: "/typical_p", code: "conflict", message, value: typical_p, allowed: 1, hint });
  }
  if (pattern !== null && stop.length > 0) {
    const message = "expected none beside pattern: the text would end before its match is whole";
    errors.push({ pointer: "/stop", code: "conflict", message, value: stop, hint: "end the pattern there instead" });
  }
  if (pattern !== null && allowed_characters !== null) {
    const message = "expected none beside pattern, which says what may come";
    const hint = "put the characters into the pattern: [abc]";
    errors.push({ pointer: "/allowed_characters", code: "conflict", message, value: allowed_characters, hint });
  }
  if (errors.length === 0) return;
  throw appError("validation_failed", errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), {
    errors,
  });
}
