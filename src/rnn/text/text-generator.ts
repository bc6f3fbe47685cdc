import { appError } from "../../errors.ts";
import type { FinishReason, SamplingParameters } from "../../schemas/generation.ts";
import { Random } from "../random.ts";
import { encodePrompt } from "./encode-prompt.ts";
import { type SamplingRule, sampleToken } from "./sample-token.ts";
import { StopMatcher } from "./stop-matcher.ts";
import type { DecoderState, TextDecoder } from "./text-decoder.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Prompt characters read between two looks at the clock. */
const PROMPT_CHUNK = 16;

/**
 * One text in the making. The state starts at zero and reads the prompt once; from then on, one step a character. An empty prompt
 * reads a newline, or the first character of the vocabulary where that has none. One draw of the seeded generator a character.
 */
export class TextGenerator {
  /** Characters of the prompt. */
  readonly promptTokens: number;
  /** Characters drawn so far, those of a stop string too. */
  completionTokens = 0;
  readonly #decoder: TextDecoder;
  readonly #vocabulary: Vocabulary;
  readonly #maximumTokens: number;
  readonly #rule: SamplingRule;
  readonly #random: Random;
  readonly #stops: StopMatcher;
  readonly #state: DecoderState;
  readonly #prompt: Int32Array;
  #read = 0;
  #token: number;

  /** Throws prompt_characters_unknown, validation_failed. */
  constructor(decoder: TextDecoder, vocabulary: Vocabulary, parameters: SamplingParameters) {
    const { prompt, temperature, top_k: topK, top_p: topP, stop, seed } = parameters;
    const tokens = encodePrompt(prompt, vocabulary);
    refuseHalfCharacters(stop);
    this.promptTokens = tokens.length;
    this.#decoder = decoder;
    this.#vocabulary = vocabulary;
    this.#maximumTokens = parameters.max_tokens;
    this.#rule = { temperature, topK, topP };
    this.#random = new Random(seed);
    this.#stops = new StopMatcher(stop);
    this.#state = decoder.initialState();
    this.#prompt = tokens.subarray(0, -1);
    this.#token = tokens.at(-1) ?? startToken(vocabulary);
  }

  /** A piece of work: some of the prompt, or the next character. The text is what has become certain, of whole characters; often none. */
  advance(): { text: string; finishReason: FinishReason | null } {
    if (this.#read < this.#prompt.length) {
      const chunk = this.#prompt.subarray(this.#read, this.#read + PROMPT_CHUNK);
      this.#decoder.read(chunk, this.#state);
      this.#read += chunk.length;
      return { text: "", finishReason: null };
    }
    const logits = this.#decoder.step(this.#token, this.#state);
    this.#token = sampleToken(logits, this.#rule, this.#random.uniform());
    this.completionTokens += 1;
    const { text, stopped } = this.#stops.push(this.#vocabulary.characters[this.#token]!);
    if (stopped) return { text, finishReason: "stop" };
    if (this.completionTokens < this.#maximumTokens) return { text, finishReason: null };
    return { text: text + this.#stops.flush(), finishReason: "length" };
  }

  /** Ends the text here: what was held back because it may have become a stop string. */
  end(): string {
    return this.#stops.flush();
  }
}

function startToken(vocabulary: Vocabulary): number {
  return Math.max(0, vocabulary.characters.indexOf("\n"));
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
