import { appError } from "../../errors.ts";
import type { SamplingParameters, TextDelta } from "../../schemas/generation.ts";
import { BeamSearch } from "../text/beams/beam-search.ts";
import { TextGenerator } from "../text/text-generator.ts";
import { BeamStream } from "./beam-stream.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels, Loan } from "./loaded-models.ts";
import { type TextEnd, type TextListener, TextStream } from "./text-stream.ts";
import type { TextTurns } from "./text-turns.ts";

/** What becomes of a request: started and deltas and ended, or failed, before or after it started. */
export interface TextStreamsListener {
  started(request: number): void;
  delta(request: number, delta: TextDelta): void;
  ended(request: number, end: TextEnd): void;
  failed(request: number, error: unknown): void;
}

/** A text being written. */
interface Writing {
  goOn(): void;
  pause(): void;
  /** To be called in a pause. */
  cancel(): void;
}

interface OpenStream {
  held: boolean;
  /** null while its model loads. */
  writing: Writing | null;
  giveBack(): void;
}

/** All open streams of text. Those of one model write together, the models in turns; none changes what another writes. */
export class TextStreams {
  readonly #models: LoadedModels<ServedModel>;
  readonly #listener: TextStreamsListener;
  readonly #open = new Map<number, OpenStream>();
  readonly #turns: TextTurns;

  constructor(
    { models, turns }: { models: LoadedModels<ServedModel>; turns: TextTurns },
    listener: TextStreamsListener,
  ) {
    this.#models = models;
    this.#turns = turns;
    this.#listener = listener;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Never rejects: what goes wrong goes to the listener. */
  async open(request: number, path: string, parameters: SamplingParameters): Promise<void> {
    const receivedAtMs = performance.now();
    const open: OpenStream = { held: false, writing: null, giveBack: () => undefined };
    this.#open.set(request, open);
    try {
      const loan = await this.#models.borrow(path);
      if (this.#open.get(request) !== open) {
        loan.giveBack(); // cancelled while the model was loading
        return;
      }
      open.giveBack = loan.giveBack;
      open.writing = this.#start(request, { loan, parameters, receivedAtMs });
      this.#listener.started(request);
      if (!open.held) open.writing.goOn();
    } catch (error) {
      if (this.#open.get(request) !== open) return;
      this.#close(request);
      this.#listener.failed(request, error);
    }
  }

  cancel(request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    if (open.writing !== null) {
      open.writing.pause();
      open.writing.cancel();
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
    open.writing?.pause();
  }

  release(request: number): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    open.held = false;
    open.writing?.goOn();
  }

  #start(
    request: number,
    {
      loan,
      parameters,
      receivedAtMs,
    }: { loan: Loan<ServedModel>; parameters: SamplingParameters; receivedAtMs: number },
  ): Writing {
    const { model } = loan;
    if (model.task !== "text") {
      throw appError("model_task_mismatch", `expected a model that writes text, got one for ${model.task}`);
    }
    const { engine, vocabulary } = model;
    const listener = this.#listenTo(request);
    if (parameters.beams > 1) {
      const search = new BeamSearch(engine, vocabulary, parameters);
      const stream = new BeamStream(search, { vocabulary, parameters, receivedAtMs }, listener);
      return {
        goOn: () => this.#turns.addAlone(stream),
        pause: () => this.#turns.removeAlone(stream),
        cancel: () => stream.cancel(),
      };
    }
    const stream = new TextStream(new TextGenerator(engine, vocabulary, parameters), listener, receivedAtMs);
    return {
      goOn: () => this.#turns.add(engine, stream),
      pause: () => this.#turns.remove(engine, stream),
      cancel: () => stream.cancel(),
    };
  }

  #listenTo(request: number): TextListener {
    return {
      delta: (delta) => this.#listener.delta(request, delta),
      end: (end) => {
        this.#close(request);
        this.#listener.ended(request, end);
      },
      fail: (error) => {
        this.#close(request);
        this.#listener.failed(request, error);
      },
    };
  }

  #close(request: number): void {
    this.#open.get(request)?.giveBack();
    this.#open.delete(request);
  }
}
