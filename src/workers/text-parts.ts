import type { AppError } from "../errors.ts";
import type { TextPart } from "./inference-pool.ts";

/** Above this many characters not yet read the stream waits; below the other it goes on. */
const HOLD_CHARACTERS = 4096;
const RELEASE_CHARACTERS = 1024;

interface Reader {
  resolve(result: IteratorResult<TextPart>): void;
  reject(error: AppError): void;
}

/** What the reader's pace asks of the far side. */
export interface TextSource {
  hold(): void;
  release(): void;
  /** The reader went away. */
  abandon(): void;
}

/** A stream of text between a thread that pushes and one reader that pulls. */
export class TextParts implements AsyncIterableIterator<TextPart> {
  readonly #source: TextSource;
  readonly #parts: TextPart[] = [];
  readonly #readers: Reader[] = [];
  #characters = 0;
  #held = false;
  #ended = false;
  #error: AppError | null = null;

  constructor(source: TextSource) {
    this.#source = source;
  }

  /** The end is the last part. */
  push(part: TextPart): void {
    if (this.#ended) return;
    if (part.type === "end") this.#ended = true;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ value: part, done: false });
      if (this.#ended) this.#finishReaders();
      return;
    }
    this.#parts.push(part);
    if (part.type !== "delta") return;
    this.#characters += part.text.length;
    if (this.#held || this.#characters < HOLD_CHARACTERS) return;
    this.#held = true;
    this.#source.hold();
  }

  /** The parts pushed before can still be read; then the error comes. */
  fail(error: AppError): void {
    if (this.#ended) return;
    this.#ended = true;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#error = error;
    else reader.reject(error);
    this.#finishReaders();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<TextPart>> {
    const part = this.#parts.shift();
    if (part !== undefined) {
      this.#taken(part);
      return { value: part, done: false };
    }
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error;
    if (this.#ended) return { value: undefined, done: true };
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<TextPart>> {
    if (!this.#ended) this.#source.abandon();
    this.#ended = true;
    this.#error = null;
    this.#parts.length = 0;
    this.#finishReaders();
    return { value: undefined, done: true };
  }

  #taken(part: TextPart): void {
    if (part.type !== "delta") return;
    this.#characters -= part.text.length;
    if (!this.#held || this.#ended || this.#characters > RELEASE_CHARACTERS) return;
    this.#held = false;
    this.#source.release();
  }

  #finishReaders(): void {
    for (const reader of this.#readers.splice(0)) reader.resolve({ value: undefined, done: true });
  }
}
