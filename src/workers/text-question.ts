import type { AppError } from "../errors.ts";
import type { TextPart } from "./inference-pool.ts";
import type { Answer, Asker } from "./inference-questions.ts";
import { TextParts } from "./text-parts.ts";

/** What a reader of a text tells the thread that writes it. */
export interface TextLine {
  tell(what: "hold" | "release" | "cancel"): void;
  /** Nobody waits for its answers any more. */
  hangUp(): void;
}

/** A request for a text: resolves to its parts once the thread has accepted it, and cancels it when the signal aborts. */
export class TextQuestion implements Asker {
  readonly accepted: Promise<AsyncIterable<TextPart>>;
  readonly #parts: TextParts;
  readonly #signal: AbortSignal;
  readonly #cancel: () => void;
  readonly #onEnd: () => void;
  #accept!: (parts: AsyncIterable<TextPart>) => void;
  #refuse!: (error: AppError) => void;

  constructor(line: TextLine, signal: AbortSignal, onEnd: () => void) {
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    this.#signal = signal;
    this.#onEnd = onEnd;
    this.#cancel = () => line.tell("cancel");
    this.#parts = new TextParts({
      hold: () => line.tell("hold"),
      release: () => line.tell("release"),
      abandon: () => {
        line.tell("cancel");
        line.hangUp();
        this.#end();
      },
    });
  }

  /** To be called once the request is sent. */
  watchSignal(): void {
    this.#signal.addEventListener("abort", this.#cancel, { once: true });
  }

  receive(answer: Exclude<Answer, { type: "error" }>): boolean {
    if (answer.type === "text-start") this.#accept(this.#parts);
    if (answer.type === "text-delta") {
      const { request: _request, ...delta } = answer;
      this.#parts.push({ ...delta, type: "delta" });
    }
    if (answer.type !== "text-end") return false;
    const { type: _type, request: _request, ...end } = answer;
    this.#parts.push({ type: "end", ...end });
    this.#accept(this.#parts); // cancelled before it started: no text-start came
    this.#end();
    return true;
  }

  fail(error: AppError): void {
    this.#end();
    this.#refuse(error);
    this.#parts.fail(error);
  }

  #end(): void {
    this.#signal.removeEventListener("abort", this.#cancel);
    this.#onEnd();
  }
}
