import { appError } from "../../errors.ts";
import type { FinishReason, SamplingParameters } from "../../schemas/generation.ts";
import { Random } from "../random.ts";
import { ClusterHolder } from "./cluster-holder.ts";
import { encodePrompt } from "./encode-prompt.ts";
import type { TextEngine } from "./generation/text-engine.ts";
import { StopMatcher } from "./stop-matcher.ts";
import { TokenWriter } from "./token-writer.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Text that has become certain, of whole characters; often none. */
export interface Piece {
  text: string;
  /** How many characters those are. */
  characters: number;
  finishReason: FinishReason | null;
}

/**
 * One text in the making. The state starts at zero and reads the prompt once; from then on, one step a token. An empty prompt
 * reads the vocabulary's start token. One draw of the seeded generator a token. Where a token may add to the character before it
 * (a combining mark, half of a flag) the last sign is held back until the next one begins. Bytes of a character that the end cuts
 * off are left out.
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
  #unread: number;

  /** Throws prompt_characters_unknown, validation_failed. */
  constructor(engine: TextEngine, vocabulary: Vocabulary, parameters: SamplingParameters) {
    const { temperature, top_k: topK, top_p: topP, min_p: minP, repetition_penalty: repetitionPenalty } = parameters;
    const tokens = encodePrompt(parameters.prompt, vocabulary);
    refuseHalfCharacters(parameters.stop);
    const prompt = tokens.length > 0 ? tokens : Int32Array.of(vocabulary.startToken);
    this.promptTokens = tokens.length;
    this.#engine = engine;
    this.#writer = new TokenWriter(vocabulary);
    this.#clusters = vocabulary.hasJoiningCharacters ? new ClusterHolder() : null;
    this.#maximumTokens = parameters.max_tokens;
    this.#stops = new StopMatcher(parameters.stop);
    this.#unread = prompt.length - 1;
    this.stream = engine.open({
      prompt,
      characters: parameters.max_tokens,
      rule: { temperature, topK, topP, minP, repetitionPenalty },
      random: new Random(parameters.seed).state(),
    });
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
  take(tokens: Int32Array | null, steps: number): Piece {
    if (tokens === null) {
      throw appError("checkpoint_corrupt", "expected finite logits, got a weight or a logit that is not a number");
    }
    this.#unread = Math.max(0, this.#unread - steps);
    const piece: Piece = { text: "", characters: 0, finishReason: null };
    for (const token of tokens) {
      this.completionTokens += 1;
      const { text, stopped } = this.#stops.push(this.#writer.push(token));
      this.#add(piece, text);
      if (stopped) return this.#finish(piece, "stop");
    }
    if (this.completionTokens < this.#maximumTokens) return piece;
    this.#add(piece, this.#stops.flush());
    return this.#finish(piece, "length");
  }

  /** Ends the text here: what was held back because it may have become a stop string. */
  end(): Piece {
    const piece: Piece = { text: "", characters: 0, finishReason: null };
    this.#add(piece, this.#stops.flush());
    return this.#finish(piece, "cancelled");
  }

  /** Frees what the engine holds for this text. */
  close(): void {
    this.#engine.close(this.stream);
  }

  #add(piece: Piece, text: string): void {
    append(piece, this.#clusters === null ? text : this.#clusters.push(text));
  }

  #finish(piece: Piece, finishReason: FinishReason): Piece {
    append(piece, this.#clusters?.flush() ?? "");
    return { ...piece, finishReason };
  }
}

function append(piece: Piece, text: string): void {
  piece.text += text;
  piece.characters += text.length < 2 ? text.length : [...text].length;
}

/** A lone half of a surrogate pair would match the inside of a character. */
function refuseHalfCharacters(stops: readonly string[]): void {
  const errors = [...stops.entries()]
    .filter(([, stop]) => /\p{Surrogate}/u.test(stop))
    .map(([index, stop]) => ({
      pointer: `/stop/${index}`,
      code: "format",
      message: "expected whole Unicode characters, got half of a surrogate pair",
      value: stop,
    }));
  if (errors.length > 0) throw appError("validation_failed", "stop: expected whole Unicode characters", { errors });
}
