import { appError, type ErrorDetail } from "../errors.ts";
import type { Task } from "../schemas/models.ts";
import type { SessionBody } from "../schemas/sessions.ts";

/** What a schema cannot say about a new session. Throws model_task_mismatch, validation_failed. */
export function checkSession({ model, state, seed, series }: SessionBody, task: Task): void {
  if (task === "sequence") {
    throw appError("model_task_mismatch", `expected a text or forecast model, got ${model}, a sequence model`);
  }
  const errors: ErrorDetail[] = [];
  const add = (pointer: string, code: string, message: string, hint?: string) =>
    errors.push({ pointer, code, message, ...(hint !== undefined && { hint }) });
  if (seed !== undefined && task !== "text")
    add("/seed", "not_applicable", "a forecast draws nothing: it needs no seed");
  if (series !== undefined && task !== "forecast") add("/series", "not_applicable", "a session for text has no series");
  for (const [field, value] of Object.entries({ seed, series })) {
    if (state !== undefined && value !== undefined) {
      add(`/${field}`, "exclusive", `expected either state or ${field}, got both`, "the state holds all of it");
    }
  }
  const { start, timestamps, frequency, target = [] } = series ?? {};
  if (start !== undefined && timestamps !== undefined) {
    const hint = "start and frequency stand for all timestamps";
    add("/series/timestamps", "exclusive", "expected either start or timestamps, got both", hint);
  }
  if (timestamps !== undefined && timestamps.length !== target.length) {
    const message = `expected one timestamp for each of ${target.length} values, got ${timestamps.length}`;
    add("/series/timestamps", "length", message);
  }
  if (frequency !== undefined && start === undefined && timestamps === undefined) {
    const message = "a frequency says nothing without start or timestamps";
    add("/series/frequency", "incomplete", message, "send start, too, or leave frequency out");
  }
  const [first] = errors;
  if (first !== undefined) throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors });
}
