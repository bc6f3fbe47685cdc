import { appError } from "../../errors.ts";
import type { TokenLikelihood } from "../../schemas/decoding.ts";
import type { FinishReason, SamplingParameters } from "../../schemas/generation.ts";
import type { TextMemory } from "../sessions/text-memory.ts";
import { ClusterHolder } from "./cluster-holder.ts";
import type { Drawn, TextEngine } from "./generation/text-engine.ts";
import { HeldLikelihoods } from "./held-likelihoods.ts";
import { readStart } from "./read-start.ts";
import { refuseHalfCharacters } from "./refuse-half-characters.ts";
import { StopMatcher } from "./stop-matcher.ts";
import { TextTrace } from "./text-trace.ts";
import { TokenWriter } from "./token-writer.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Text that has become certain, of whole characters; often none. */
export interface Piece {
  text: string;
  /** How many characters those are. */
  characters: number;
  /** How likely its tokens were; null where nobody asks. */
  likelihoods: TokenLikelihood[] | null;
  finishReason: FinishReason | null;
}

/**
 * One text in the making. The state starts at zero and reads the prompt once; from then on, one step a token. An empty prompt
 * reads the vocabulary's start token. One draw of the seeded generator a token. Where a token may add to the character before it
 * (a combining mark, half of a flag) the last sign is held back until the next one begins. Bytes of a character that the end cuts
 * off are left out.
 * With the memory of a session, state and generator are what the session's last text left.
 */
export class TextGenerator {
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** What the engine knows it as. */
  readonly stream: unknown;
  /** Tokens drawn so far, those of a stop string too. */
  completionTokens = 0;
  readonly #engine: TextEngine;
  readonly #maximumTokens: number;
  readonly #writer: TokenWriter;
  readonly #stops: StopMatcher;
  /** null where no character joins another. */
  readonly #clusters: ClusterHolder | null;
  /** null where nobody asks how likely the tokens were. */
  readonly #held: HeldLikelihoods | null;
  /** Numbers that the engine tells of a token. */
  readonly #width: number;
  readonly #memory: TextMemory | null;
  readonly #prompt: Int32Array;
  readonly #trace: TextTrace | null;
  #unread: number;

  /** Throws prompt_characters_unknown, validation_failed. */
  constructor(
    engine: TextEngine,
    vocabulary: Vocabulary,
    parameters: SamplingParameters,
    memory: TextMemory | null = null,
  ) {
    refuseHalfCharacters(parameters.stop);
    const { start, promptTokens } = readStart(parameters, vocabulary, memory);
    this.promptTokens = promptTokens;
    this.#memory = memory;
    this.#prompt = start.prompt;
    this.#engine = engine;
    // A prompt leaves no character to finish.
    this.#writer = new TokenWriter(vocabulary, promptTokens > 0 ? undefined : memory?.held);
    this.#clusters = vocabulary.hasJoiningCharacters ? new ClusterHolder() : null;
    this.#maximumTokens = parameters.max_tokens;
    this.#stops = new StopMatcher(parameters.stop);
    this.#unread = start.prompt.length - 1;
    this.#width = start.alternatives == null ? 0 : 1 + start.alternatives;
    this.#held = start.alternatives == null ? null : new HeldLikelihoods(vocabulary);
    this.stream = engine.open(start);
    const { prompt } = start;
    const canStop = parameters.stop.length > 0;
    this.#trace = memory === null ? null : new TextTrace(engine, this.stream, { prompt, canStop });
  }

  /** Whether likelihoods are asked for. */
  get isTold(): boolean {
    return this.#held !== null;
  }

  /** Of the session, after the text so far: null outside of one, and where nothing has been written yet. Before `close`. */
  get memory(): TextMemory | null {
    const place = this.#trace?.place() ?? null;
    if (this.#memory === null || place === null) return null;
    const { length, seed, seen } = this.#memory;
    const { state: hidden, random, pending } = place;
    const come = new Set([...seen, ...this.#prompt, ...this.#trace!.tokens]);
    const whole = length + this.promptTokens + this.completionTokens;
    return { length: whole, seed, random, pending, held: this.#writer.held, hidden, seen: come };
  }

  /** Steps of the engine until a token is drawn. */
  get stepsToNext(): number {
    return this.#unread + 1;
  }

  /** Steps of the engine until all tokens are drawn. */
  get stepsToEnd(): number {
    return this.#unread + this.#maximumTokens - this.completionTokens;
  }

  /** Takes what the engine drew in so many steps. Throws checkpoint_corrupt. */
  take(drawn: Drawn | null, steps: number): Piece {
    if (drawn === null) {
      throw appError("checkpoint_corrupt", "expected finite logits, got a weight or a logit that is not a number");
    }
    const drawing = Math.min(Math.max(0, steps - this.#unread), this.#maximumTokens - this.completionTokens);
    this.#unread = Math.max(0, this.#unread - steps);
    const before = this.completionTokens;
    const piece = this.#write(drawn, drawing);
    this.#trace?.take(drawn.tokens, { used: this.completionTokens - before, steps });
    return piece;
  }

  #write(drawn: Drawn, drawing: number): Piece {
    const piece = this.#newPiece();
    for (const [index, token] of drawn.tokens.entries()) {
      this.completionTokens += 1;
      const written = this.#writer.push(token);
      this.#held?.push(drawn.likelihoods!, { index, width: this.#width, length: written.length });
      const { text, stopped } = this.#stops.push(written);
      this.#add(piece, text);
      if (stopped) return this.#finish(piece, "stop");
    }
    const isComplete = drawn.tokens.length < drawing; // no token may follow
    if (!isComplete && this.completionTokens < this.#maximumTokens) return piece;
    this.#add(piece, this.#stops.flush());
    return this.#finish(piece, isComplete ? "stop" : "length");
  }

  /** Ends the text here: what was held back because it may have become a stop string. */
  end(): Piece {
    const piece = this.#newPiece();
    this.#add(piece, this.#stops.flush());
    return this.#finish(piece, "cancelled");
  }

  /** Frees what the engine holds for this text. */
  close(): void {
    this.#engine.close(this.stream);
  }

  #newPiece(): Piece {
    return { text: "", characters: 0, likelihoods: this.#held === null ? null : [], finishReason: null };
  }

  #add(piece: Piece, text: string): void {
    this.#append(piece, this.#clusters === null ? text : this.#clusters.push(text));
  }

  #finish(piece: Piece, finishReason: FinishReason): Piece {
    this.#append(piece, this.#clusters?.flush() ?? "");
    piece.likelihoods?.push(...this.#held!.releaseBegun());
    return { ...piece, finishReason };
  }

  #append(piece: Piece, text: string): void {
    piece.text += text;
    piece.characters += text.length < 2 ? text.length : [...text].length;
    piece.likelihoods?.push(...this.#held!.release(text.length));
  }
}
