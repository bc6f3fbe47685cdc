import { appError } from "../../errors.ts";
import type { SamplingParameters } from "../../schemas/generation.ts";
import { TextGenerator } from "../text/text-generator.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels, Loan } from "./loaded-models.ts";
import { RoundRobin } from "./round-robin.ts";
import { type TextEnd, TextStream } from "./text-stream.ts";

/** What becomes of a request: started and deltas and ended, or failed, before or after it started. */
export interface TextStreamsListener {
  started(request: number): void;
  delta(request: number, text: string, index: number): void;
  ended(request: number, end: TextEnd): void;
  failed(request: number, error: unknown): void;
}

interface OpenStream {
  held: boolean;
  /** null while its model loads. */
  stream: TextStream | null;
  giveBack(): void;
}

/** All open streams of text, in turns; each has a state of its own, so none changes what another writes. */
export class TextStreams {
  readonly #models: LoadedModels<ServedModel>;
  readonly #listener: TextStreamsListener;
  readonly #open = new Map<number, OpenStream>();
  readonly #turns = new RoundRobin();

  constructor(models: LoadedModels<ServedModel>, listener: TextStreamsListener) {
    this.#models = models;
    this.#listener = listener;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Never rejects: what goes wrong goes to the listener. */
  async open(request: number, path: string, parameters: SamplingParameters): Promise<void> {
    const receivedAtMs = performance.now();
    const open: OpenStream = { held: false, stream: null, giveBack: () => undefined };
    this.#open.set(request, open);
    try {
      const loan = await this.#models.borrow(path);
      if (this.#open.get(request) !== open) {
        loan.giveBack(); // cancelled while the model was loading
        return;
      }
      open.giveBack = loan.giveBack;
      open.stream = this.#start(request, { loan, parameters, receivedAtMs });
      this.#listener.started(request);
      if (!open.held) this.#turns.add(open.stream);
    } catch (error) {
      if (this.#open.get(request) !== open) return;
      this.#close(request);
      this.#listener.failed(request, error);
    }
  }

  cancel(request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    if (open.stream !== null) {
      this.#turns.remove(open.stream);
      open.stream.cancel();
      return;
    }
    this.#close(request);
    const timings = { queue_ms: 0, compute_ms: 0 };
    this.#listener.ended(request, { finishReason: "cancelled", promptTokens: 0, completionTokens: 0, timings });
  }

  /** The stream waits, the others go on. */
  hold(request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    open.held = true;
    if (open.stream !== null) this.#turns.remove(open.stream);
  }

  release(request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    open.held = false;
    if (open.stream !== null) this.#turns.add(open.stream);
  }

  #start(
    request: number,
    {
      loan,
      parameters,
      receivedAtMs,
    }: { loan: Loan<ServedModel>; parameters: SamplingParameters; receivedAtMs: number },
  ): TextStream {
    const { model } = loan;
    if (model.task !== "text") {
      throw appError("model_task_mismatch", `expected a model that writes text, got one for ${model.task}`);
    }
    const listener = {
      delta: (text: string, index: number) => this.#listener.delta(request, text, index),
      end: (end: TextEnd) => {
        this.#close(request);
        this.#listener.ended(request, end);
      },
      fail: (error: unknown) => {
        this.#close(request);
        this.#listener.failed(request, error);
      },
    };
    return new TextStream(new TextGenerator(model.decoder, model.vocabulary, parameters), listener, receivedAtMs);
  }

  #close(request: number): void {
    this.#open.get(request)?.giveBack();
    this.#open.delete(request);
  }
}
