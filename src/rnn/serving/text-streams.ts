import { appError } from "../../errors.ts";
import type { SamplingParameters, TextDelta } from "../../schemas/generation.ts";
import type { KeptState, TextState } from "../../schemas/sessions.ts";
import { Random } from "../random.ts";
import { rememberingModel } from "../sessions/remembering-model.ts";
import { type RememberingModel, readTextMemory, type TextMemory, writeTextMemory } from "../sessions/text-memory.ts";
import { BeamSearch } from "../text/beams/beam-search.ts";
import { TextGenerator } from "../text/text-generator.ts";
import { BeamStream } from "./beam-stream.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels, Loan } from "./loaded-models.ts";
import { type TextEnd, type TextListener, TextStream } from "./text-stream.ts";
import type { TextTurns } from "./text-turns.ts";

/** What to write, and with it where a session stands. */
export interface TextOrder {
  parameters: SamplingParameters;
  session: SessionOrder | null;
}

/** `state`: as it is kept, in JSON. `restart`: the generator begins anew, with the seed of the parameters. */
export interface SessionOrder {
  state: string;
  restart: boolean;
}

/** `kept`: what the session goes on from, null outside of one and where nothing was written. */
export type EndedText = Omit<TextEnd, "memory"> & { kept: KeptState | null };

/** What becomes of a request: started and deltas and ended, or failed, before or after it started. */
export interface TextStreamsListener {
  started(request: number): void;
  delta(request: number, delta: TextDelta): void;
  ended(request: number, end: EndedText): void;
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
  async open(request: number, path: string, order: TextOrder): Promise<void> {
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
      open.writing = this.#start(request, { loan, order, receivedAtMs });
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
    this.#listener.ended(request, {
      finishReason: "cancelled",
      promptTokens: 0,
      completionTokens: 0,
      timings,
      kept: null,
    });
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
    { loan, order, receivedAtMs }: { loan: Loan<ServedModel>; order: TextOrder; receivedAtMs: number },
  ): Writing {
    const { model } = loan;
    if (model.task !== "text") {
      throw appError("model_task_mismatch", `expected a model that writes text, got one for ${model.task}`);
    }
    const { engine, vocabulary } = model;
    const { parameters, session } = order;
    const own = rememberingModel(model);
    const listener = this.#listenTo(request, own);
    if (parameters.beams > 1) {
      const search = new BeamSearch(engine, vocabulary, parameters);
      const stream = new BeamStream(search, { vocabulary, parameters, receivedAtMs }, listener);
      return {
        goOn: () => this.#turns.addAlone(stream),
        pause: () => this.#turns.removeAlone(stream),
        cancel: () => stream.cancel(),
      };
    }
    const memory = session && memoryOf(session, parameters.seed, own);
    const stream = new TextStream(new TextGenerator(engine, vocabulary, parameters, memory), listener, receivedAtMs);
    return {
      goOn: () => this.#turns.add(engine, stream),
      pause: () => this.#turns.remove(engine, stream),
      cancel: () => stream.cancel(),
    };
  }

  #listenTo(request: number, model: RememberingModel): TextListener {
    return {
      delta: (delta) => this.#listener.delta(request, delta),
      end: ({ memory, ...end }) => {
        this.#close(request);
        const kept = memory && writeTextMemory(memory, model);
        this.#listener.ended(request, { ...end, kept });
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

function memoryOf({ state, restart }: SessionOrder, seed: number, model: RememberingModel): TextMemory {
  const memory = readTextMemory(JSON.parse(state) as TextState, model);
  return restart ? { ...memory, seed, random: new Random(seed).state() } : memory;
}
