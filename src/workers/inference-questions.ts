import { type AppError, fromErrorMessage } from "../errors.ts";
import type { FromInference } from "./protocol.ts";

export type Answer = Exclude<FromInference, { type: "ready" | "warning" }>;

/** Who waits for the answers to a request. */
export interface Asker {
  /** Whether this was the last answer. */
  receive(answer: Exclude<Answer, { type: "error" }>): boolean;
  /** The last that it hears. */
  fail(error: AppError): void;
}

/** Requests that were sent to the inference thread and wait for answers. */
export class InferenceQuestions {
  readonly #askers = new Map<number, Asker>();
  #last = 0;
  #onNoneOpen: (() => void) | null = null;

  /** The number of a new request. */
  add(asker: Asker): number {
    this.#last += 1;
    this.#askers.set(this.#last, asker);
    return this.#last;
  }

  /** Nobody waits for it any more: its answers are dropped. */
  remove(request: number): void {
    this.#askers.delete(request);
    if (this.#askers.size === 0) this.#onNoneOpen?.();
  }

  answer(answer: Answer): void {
    const asker = this.#askers.get(answer.request);
    if (asker === undefined) return;
    if (answer.type === "error") {
      this.remove(answer.request);
      asker.fail(fromErrorMessage(answer.error));
    } else if (asker.receive(answer)) {
      this.remove(answer.request);
    }
  }

  failAll(error: AppError): void {
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.fail(error);
    this.#onNoneOpen?.();
  }

  /** Resolves when all are answered, or the time is over. */
  async answeredWithin(timeoutMs: number): Promise<void> {
    if (this.#askers.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onNoneOpen = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
