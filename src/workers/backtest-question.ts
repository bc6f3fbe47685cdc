import type { AppError } from "../errors.ts";
import type { BacktestPart } from "./inference-pool.ts";
import type { Answer, Asker } from "./inference-questions.ts";

export interface BacktestLine {
  /** A list of rows was taken: another may come. */
  release(): void;
  /** The reader went away. */
  abandon(): void;
}

/** A backtest between the thread that runs it and one reader: `accepted` resolves with its first rows, and the reader's pace is the thread's. */
export class BacktestQuestion implements Asker, AsyncIterableIterator<BacktestPart> {
  readonly accepted: Promise<AsyncIterable<BacktestPart>>;
  readonly #line: BacktestLine;
  readonly #signal: AbortSignal;
  readonly #parts: BacktestPart[] = [];
  readonly #onAbort = () => void this.return();
  #accept!: (parts: AsyncIterable<BacktestPart>) => void;
  #refuse!: (error: AppError) => void;
  #wake: () => void = () => {};
  #isOver = false;
  #error: AppError | null = null;

  constructor(line: BacktestLine, signal: AbortSignal) {
    this.#line = line;
    this.#signal = signal;
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
  }

  /** To be called once the request is sent. */
  watchSignal(): void {
    this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    if (this.#signal.aborted) this.#onAbort();
  }

  receive(answer: Exclude<Answer, { type: "error" }>): boolean {
    if (answer.type === "backtest-rows") this.#parts.push({ type: "rows", rows: answer.rows });
    if (answer.type === "backtest-end") {
      this.#parts.push({ type: "end", end: answer.end });
      this.#finish();
    }
    this.#accept(this);
    this.#wake();
    return answer.type === "backtest-end";
  }

  fail(error: AppError): void {
    this.#finish();
    this.#error = error;
    this.#refuse(error);
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** One reader, which waits for each part before it asks for the next. */
  async next(): Promise<IteratorResult<BacktestPart>> {
    while (this.#parts.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#parts.shift();
    if (value === undefined) {
      if (this.#error !== null) throw this.#error;
      return { value: undefined, done: true };
    }
    if (value.type === "rows") this.#line.release();
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<BacktestPart>> {
    if (!this.#isOver) this.#line.abandon();
    this.#finish();
    this.#parts.length = 0;
    this.#accept(this);
    this.#wake();
    return { value: undefined, done: true };
  }

  #finish(): void {
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
