import { appError } from "../../errors.ts";
import type { TokenLikelihood } from "../../schemas/decoding.ts";
import type { Timings } from "../../schemas/generation.ts";
import type { ScoreBody, TextScore } from "../../schemas/score.ts";
import { Random } from "../random.ts";
import { encodePrompt } from "../text/encode-prompt.ts";
import type { Drawn, TextEngine } from "../text/generation/text-engine.ts";
import { promptOrStart } from "../text/read-start.ts";
import { tellLikelihood } from "../text/tell-likelihood.ts";
import type { Vocabulary } from "../text/vocabulary.ts";
import type { BatchStream, Call } from "./text-batch.ts";

/** Nothing is drawn. */
const rule = { temperature: 0, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

/** A text being read, token by token, with the probability of each. */
export class ScoreStream implements BatchStream {
  readonly engineStream: unknown;
  readonly mostSteps = Number.POSITIVE_INFINITY;
  readonly answer: Promise<{ score: TextScore; timings: Timings }>;
  readonly #model: { engine: TextEngine; vocabulary: Vocabulary };
  readonly #receivedAtMs: number;
  readonly #promptTokens: number;
  readonly #tokens: number;
  readonly #characters: number;
  readonly #width: number;
  readonly #likelihoods: TokenLikelihood[] = [];
  #stepsLeft: number;
  #queueMs: number | null = null;
  #computeMs = 0;
  #resolve!: (answer: { score: TextScore; timings: Timings }) => void;
  #reject!: (error: unknown) => void;

  /** Throws prompt_characters_unknown. */
  constructor(
    model: { engine: TextEngine; vocabulary: Vocabulary },
    { text, prompt, logprobs }: Omit<ScoreBody, "checkpoint">,
    receivedAtMs: number,
  ) {
    const { engine, vocabulary } = model;
    const before = encodePrompt(prompt, vocabulary);
    const given = encodePrompt(text, vocabulary, "/text");
    const read = promptOrStart(before, vocabulary);
    const alternatives = Math.min(logprobs, vocabulary.size);
    this.#model = model;
    this.#receivedAtMs = receivedAtMs;
    this.#promptTokens = before.length;
    this.#tokens = given.length;
    this.#characters = [...text].length;
    this.#width = 1 + alternatives;
    this.#stepsLeft = read.length - 1 + given.length;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const random = new Random(0).state();
    this.engineStream = engine.open({ prompt: read, characters: given.length, given, rule, random, alternatives });
  }

  get stepsToEnd(): number {
    return this.#stepsLeft;
  }

  take(drawn: Drawn | null, { startMs, endMs, steps }: Call): boolean {
    this.#queueMs ??= startMs - this.#receivedAtMs;
    this.#computeMs += endMs - startMs;
    this.#stepsLeft -= steps;
    if (drawn === null) {
      const detail = "expected finite logits, got a weight or a logit that is not a number";
      this.fail(appError("checkpoint_corrupt", detail));
      return false;
    }
    for (let index = 0; index < drawn.tokens.length; index += 1) {
      const place = { index, width: this.#width };
      this.#likelihoods.push(tellLikelihood(this.#model.vocabulary, drawn.likelihoods!, place));
    }
    if (this.#likelihoods.length < this.#tokens) return true;
    this.#model.engine.close(this.engineStream);
    this.#resolve({ score: this.#score(), timings: this.#timings() });
    return false;
  }

  fail(error: unknown): void {
    this.#model.engine.close(this.engineStream);
    this.#reject(error);
  }

  #score(): TextScore {
    const total = this.#likelihoods.reduce((sum, { log_probability }) => sum + log_probability, 0);
    const perplexity = Math.exp(-total / this.#tokens);
    return {
      logprobs: this.#likelihoods,
      log_probability: total,
      characters: this.#characters,
      bits_per_character: -total / Math.LN2 / this.#characters,
      perplexity: Number.isFinite(perplexity) ? perplexity : null,
      usage: { prompt_tokens: this.#promptTokens, scored_tokens: this.#tokens },
    };
  }

  #timings(): Timings {
    return { queue_ms: rounded(this.#queueMs ?? 0), compute_ms: rounded(this.#computeMs) };
  }
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
