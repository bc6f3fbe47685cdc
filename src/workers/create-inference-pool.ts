import { type AppError, appError } from "../errors.ts";
import type { GenerationPrecision } from "../schemas/generation.ts";
import type { Backend } from "../schemas/health.ts";
import { BacktestQuestion } from "./backtest-question.ts";
import type { InferencePool, TextPart } from "./inference-pool.ts";
import { type Answer, type Asker, InferenceQuestions } from "./inference-questions.ts";
import type { Logger } from "./logger.ts";
import type { FromInference, InferenceData, ToInference } from "./protocol.ts";
import { type BackOff, RestartingThread } from "./restarting-thread.ts";
import { TextQuestion } from "./text-question.ts";
import { threadEntry } from "./thread-entry.ts";

type AnswerOf<Type extends Answer["type"]> = Extract<Answer, { type: Type }>;
type Question = Extract<
  ToInference,
  {
    type:
      | "generate"
      | "score"
      | "forecast"
      | "backtest"
      | "anomalies"
      | "predict"
      | "tokenizer"
      | "describe"
      | "parts"
      | "begin-session"
      | "observe";
  }
>;
type Unnumbered<Message> = Message extends unknown ? Omit<Message, "request"> : never;

/** How long close() waits for streams to end by themselves. */
const CLOSE_MS = 1000;

class ThreadInferencePool implements InferencePool {
  readonly #thread: RestartingThread<ToInference, FromInference[]>;
  readonly #logger: Logger;
  readonly #questions = new InferenceQuestions();
  readonly #streams = new Set<number>();
  readonly #awaitingReady: { resolve(backend: Backend): void; reject(error: AppError): void }[] = [];
  #backend: Backend | null = null;
  #closing = false;

  constructor({ logger, entry, data, backOff }: { logger: Logger; entry: URL; data: InferenceData; backOff: BackOff }) {
    this.#logger = logger;
    this.#thread = new RestartingThread({
      name: "inference-thread",
      entry,
      data,
      logger,
      backOff,
      onMessage: (messages) => {
        for (const message of messages) this.#receive(message);
      },
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

  async generate({
    checkpoint,
    parameters,
    session = null,
    signal,
  }: Parameters<InferencePool["generate"]>[0]): Promise<AsyncIterable<TextPart>> {
    const line = {
      tell: (type: "hold" | "release" | "cancel") => void this.#thread.post({ type, request }),
      hangUp: () => this.#questions.remove(request),
    };
    if (signal.aborted) return cancelledText();
    const question = new TextQuestion(line, signal, () => this.#streams.delete(request));
    const request = this.#ask({ type: "generate", checkpoint, parameters, session }, question);
    this.#streams.add(request);
    question.watchSignal();
    return question.accepted;
  }

  async score(request: Parameters<InferencePool["score"]>[0]) {
    const { score, timings } = await this.#askOnce({ type: "score", ...request }, "score-end");
    return { ...score, timings };
  }

  async forecast(request: Parameters<InferencePool["forecast"]>[0]) {
    const answer = await this.#askOnce({ type: "forecast", ...request }, "forecast-end");
    const { horizon, series, outputs, calibration, timings } = answer;
    return { horizon, series, outputs, calibration, timings };
  }

  async backtest({ signal, ...request }: Parameters<InferencePool["backtest"]>[0]) {
    const line = {
      release: () => void this.#thread.post({ type: "release", request: number }),
      abandon: () => {
        this.#thread.post({ type: "cancel", request: number });
        this.#questions.remove(number);
      },
    };
    const question = new BacktestQuestion(line, signal);
    const number = this.#ask({ type: "backtest", ...request }, question);
    question.watchSignal();
    return question.accepted;
  }

  async anomalies(request: Parameters<InferencePool["anomalies"]>[0]) {
    const {
      type,
      request: number,
      ...answer
    } = await this.#askOnce({ type: "anomalies", ...request }, "anomalies-end");
    return answer;
  }

  async predict(request: Parameters<InferencePool["predict"]>[0]) {
    const { meaning, vocabulary, outputs, timings } = await this.#askOnce(
      { type: "predict", ...request },
      "predict-end",
    );
    return { meaning, vocabulary, outputs, timings };
  }

  async beginSession(request: Parameters<InferencePool["beginSession"]>[0]) {
    return (await this.#askOnce({ type: "begin-session", ...request }, "begin-session-end")).kept;
  }

  async observe(request: Parameters<InferencePool["observe"]>[0]) {
    const { kept, missing, forecast } = await this.#askOnce({ type: "observe", ...request }, "observe-end");
    return { kept, missing, forecast };
  }

  async tokenizer(request: Parameters<InferencePool["tokenizer"]>[0]) {
    return (await this.#askOnce({ type: "tokenizer", ...request }, "tokenizer-end")).tokenizer;
  }

  async networkParts(request: Parameters<InferencePool["networkParts"]>[0]) {
    return (await this.#askOnce({ type: "parts", ...request }, "parts-end")).parts;
  }

  async describe(request: Parameters<InferencePool["describe"]>[0]) {
    const { parameterCount } = await this.#askOnce({ type: "describe", ...request }, "describe-end");
    return parameterCount;
  }

  unload(path: string): void {
    this.#thread.post({ type: "unload", path });
  }

  openStreams(): number {
    return this.#streams.size;
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      for (const request of this.#streams) this.#thread.post({ type: "cancel", request });
      await this.#questions.answeredWithin(CLOSE_MS);
    }
    await this.#thread.close();
    this.#failAll(draining());
  }

  #askOnce<Type extends Answer["type"]>(question: Unnumbered<Question>, type: Type): Promise<AnswerOf<Type>> {
    return new Promise((resolve, reject) => {
      const receive = (answer: Answer): boolean => {
        if (answer.type === type) resolve(answer as AnswerOf<Type>);
        return answer.type === type;
      };
      this.#ask(question, { receive, fail: reject });
    });
  }

  /** Sends a question under a number of its own; throws where nobody can take it. */
  #ask(question: Unnumbered<Question>, asker: Asker): number {
    if (this.#closing) throw draining();
    if (this.#thread.restartsInMs !== null) throw this.#unavailable("the inference thread is being restarted");
    const request = this.#questions.add(asker);
    this.#thread.post({ ...question, request } as Question);
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
      this.#questions.answer(message);
    }
  }

  #lost(cause: Error): void {
    this.#backend = null;
    this.#failAll(this.#unavailable("the inference thread ended", cause));
  }

  #unavailable(detail: string, cause?: Error): AppError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#thread.restartsInMs ?? 0) / 1000));
    return appError("inference_unavailable", detail, { cause, retryAfterSeconds });
  }

  #failAll(error: AppError): void {
    this.#questions.failAll(error);
    for (const { reject } of this.#awaitingReady.splice(0)) reject(error);
  }
}

/** The text of a reader that was gone before it was asked for. */
async function* cancelledText(): AsyncIterable<TextPart> {
  const timings = { queue_ms: 0, compute_ms: 0 };
  yield { type: "end", finishReason: "cancelled", promptTokens: 0, completionTokens: 0, timings };
}

function draining(): AppError {
  return appError("server_draining", "the inference thread is being closed");
}

interface InferencePoolOptions {
  logger: Logger;
  generationPrecision?: GenerationPrecision;
  /** These are for tests. */
  entry?: URL;
  backOff?: BackOff;
}

/** Starts the inference thread. */
export function createInferencePool(options: InferencePoolOptions): InferencePool {
  const { logger, entry = threadEntry("inference-thread"), backOff = { firstMs: 200, mostMs: 30_000 } } = options;
  const data: InferenceData = { generationPrecision: options.generationPrecision ?? "fp32" };
  return new ThreadInferencePool({ logger, entry, data, backOff });
}
