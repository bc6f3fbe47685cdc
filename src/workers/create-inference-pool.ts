import { type AppError, appError, fromErrorMessage } from "../errors.ts";
import type { Backend } from "../schemas/health.ts";
import type { InferencePool, TextPart } from "./inference-pool.ts";
import type { Logger } from "./logger.ts";
import type { FromInference, ToInference } from "./protocol.ts";
import { type BackOff, RestartingThread } from "./restarting-thread.ts";
import { TextParts } from "./text-parts.ts";
import { threadEntry } from "./thread-entry.ts";

type Answer = Exclude<FromInference, { type: "ready" | "warning" }>;
type AnswerOf<Type extends Answer["type"]> = Extract<Answer, { type: Type }>;
type Question = Extract<ToInference, { type: "generate" | "forecast" | "describe" }>;
type Unnumbered<Message> = Message extends unknown ? Omit<Message, "request"> : never;

/** Who waits for the answers to a request. `receive` says whether this was the last. */
interface Asker {
  receive(answer: Answer): boolean;
  fail(error: AppError): void;
}

/** How long close() waits for streams to end by themselves. */
const CLOSE_MS = 1000;

class ThreadInferencePool implements InferencePool {
  readonly #thread: RestartingThread<ToInference, FromInference>;
  readonly #logger: Logger;
  readonly #askers = new Map<number, Asker>();
  readonly #streams = new Set<number>();
  #lastRequest = 0;
  #backend: Backend | null = null;
  #awaitingReady: { resolve(backend: Backend): void; reject(error: AppError): void }[] = [];
  #closing = false;
  #onIdle: (() => void) | null = null;

  constructor({ logger, entry, backOff }: { logger: Logger; entry: URL; backOff: BackOff }) {
    this.#logger = logger;
    this.#thread = new RestartingThread({
      name: "inference-thread",
      entry,
      logger,
      backOff,
      onMessage: (message) => this.#receive(message),
      onLost: (cause) => this.#lost(cause),
    });
  }

  backend(): Backend | null {
    return this.#backend;
  }

  async ready(): Promise<Backend> {
    if (this.#closing) throw draining();
    return this.#backend ?? new Promise((resolve, reject) => this.#awaitingReady.push({ resolve, reject }));
  }

  generate({ checkpoint, parameters, signal }: Parameters<InferencePool["generate"]>[0]) {
    return new Promise<AsyncIterable<TextPart>>((resolve, reject) => {
      const message = { type: "generate" as const, checkpoint, parameters };
      const tell = (type: "hold" | "release" | "cancel") => () => this.#thread.post({ type, request });
      const finish = () => {
        signal.removeEventListener("abort", cancel);
        this.#streams.delete(request);
      };
      const abandon = () => {
        cancel();
        finish();
        this.#forget(request);
      };
      const parts = new TextParts({ hold: tell("hold"), release: tell("release"), abandon });
      const request = this.#ask(message, {
        receive: (answer) => {
          if (answer.type === "text-start") resolve(parts);
          else if (answer.type === "text-delta") parts.push({ type: "delta", text: answer.text, index: answer.index });
          else if (answer.type === "text-end") {
            const { finishReason, promptTokens, completionTokens, timings } = answer;
            parts.push({ type: "end", finishReason, promptTokens, completionTokens, timings });
            resolve(parts); // cancelled before it started: no text-start came
            finish();
            return true;
          }
          return false;
        },
        fail: (error) => {
          finish();
          reject(error);
          parts.fail(error);
        },
      });
      const cancel = tell("cancel");
      this.#streams.add(request);
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel, { once: true });
    });
  }

  async forecast(request: Parameters<InferencePool["forecast"]>[0]) {
    const { horizon, outputs, timings } = await this.#askOnce({ type: "forecast", ...request }, "forecast-end");
    return { horizon, outputs, timings };
  }

  async describe(request: Parameters<InferencePool["describe"]>[0]) {
    const { parameterCount } = await this.#askOnce({ type: "describe", ...request }, "describe-end");
    return parameterCount;
  }

  openStreams(): number {
    return this.#streams.size;
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      for (const request of this.#streams) this.#thread.post({ type: "cancel", request });
      if (this.#askers.size > 0) await this.#idleWithin(CLOSE_MS);
    }
    await this.#thread.close();
    this.#failAll(draining());
  }

  #askOnce<Type extends Answer["type"]>(question: Unnumbered<Question>, type: Type): Promise<AnswerOf<Type>> {
    return new Promise((resolve, reject) => {
      this.#ask(question, {
        receive: (answer) => {
          if (answer.type === type) resolve(answer as AnswerOf<Type>);
          return answer.type === type;
        },
        fail: reject,
      });
    });
  }

  /** Sends a question under a number of its own; throws where nobody can take it. */
  #ask(question: Unnumbered<Question>, asker: Asker): number {
    if (this.#closing) throw draining();
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    if (!this.#thread.post({ ...question, request } as Question)) {
      const retryAfterSeconds = Math.max(1, Math.ceil(this.#thread.restartsInMs / 1000));
      throw appError("inference_unavailable", "the inference thread is being restarted", { retryAfterSeconds });
    }
    this.#askers.set(request, asker);
    return request;
  }

  #receive(message: FromInference): void {
    if (message.type === "ready") {
      this.#backend = message.backend;
      this.#logger.info({ backend: message.backend }, "the inference thread is ready");
      for (const { resolve } of this.#awaitingReady.splice(0)) resolve(message.backend);
    } else if (message.type === "warning") {
      this.#logger.warn({ thread: "inference-thread" }, message.message);
    } else {
      this.#answer(message);
    }
  }

  /** An answer to a request that nobody waits for any more is dropped. */
  #answer(answer: Answer): void {
    const asker = this.#askers.get(answer.request);
    if (asker === undefined) return;
    if (answer.type === "error") {
      this.#forget(answer.request);
      asker.fail(fromErrorMessage(answer.error));
    } else if (asker.receive(answer)) {
      this.#forget(answer.request);
    }
  }

  #forget(request: number): void {
    this.#askers.delete(request);
    if (this.#askers.size === 0) this.#onIdle?.();
  }

  #lost(cause: Error): void {
    this.#backend = null;
    const retryAfterSeconds = Math.max(1, Math.ceil(this.#thread.restartsInMs / 1000));
    this.#failAll(appError("inference_unavailable", "the inference thread ended", { cause, retryAfterSeconds }));
  }

  #failAll(error: AppError): void {
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.fail(error);
    for (const { reject } of this.#awaitingReady.splice(0)) reject(error);
    this.#onIdle?.();
  }

  #idleWithin(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function draining(): AppError {
  return appError("server_draining", "the inference thread is being closed");
}

/** Starts the inference thread. `entry` and `backOff` are for tests. */
export function createInferencePool(options: { logger: Logger; entry?: URL; backOff?: BackOff }): InferencePool {
  const { logger, entry = threadEntry("inference-thread"), backOff = { firstMs: 200, mostMs: 30_000 } } = options;
  return new ThreadInferencePool({ logger, entry, backOff });
}
