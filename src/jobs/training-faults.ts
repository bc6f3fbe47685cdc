import { appError, type ErrorDetail } from "../errors.ts";

type Code = "not_applicable" | "conflict" | "required" | "out_of_range";

/** Collects all that is wrong with a request, so that its author hears of it at once. */
export class TrainingFaults {
  readonly #errors: ErrorDetail[] = [];

  /** `field` below /training, as schedule/decay_rate; `extras`: value, allowed, hint. */
  add(field: string, code: Code, message: string, extras: Pick<ErrorDetail, "value" | "allowed" | "hint"> = {}): void {
    this.#errors.push({ pointer: `/training/${field}`, code, message, ...extras });
  }

  addDataset(message: string, extras: Pick<ErrorDetail, "value" | "allowed" | "hint">): void {
    this.#errors.push({ pointer: "/dataset", code: "out_of_range", message, ...extras });
  }

  /** Throws validation_failed if there is any. */
  throwIfAny(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    throw appError("validation_failed", `the training settings do not fit: ${first.message}${more}`, {
      errors: this.#errors,
    });
  }
}
