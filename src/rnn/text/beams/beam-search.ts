import { appError } from "../../../errors.ts";
import type { SamplingParameters } from "../../../schemas/generation.ts";
import type { Drawn, Likelihoods, TextEngine } from "../generation/text-engine.ts";
import { readStart } from "../read-start.ts";
import { refuseHalfCharacters } from "../refuse-half-characters.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { Hypothesis, type NextToken } from "./hypothesis.ts";
import { lengthPenalty } from "./length-penalty.ts";

/** The likeliest token comes of itself; others by branching. */
const rule = { temperature: 0, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

/** A text that goes on. */
interface Beam {
  hypothesis: Hypothesis;
  /** What the engine knows it as. */
  stream: unknown;
}

/** A beam with one token more. */
interface Candidate {
  beam: Beam;
  next: NextToken;
  logProbability: number;
  /** Whether the engine's stream took this token. */
  isTaken: boolean;
}

/**
 * A beam search: of all that may follow the likeliest texts so far, the likeliest go on, ranked by the sum of their tokens'
 * log-probabilities (equals: that of the likelier beam, then the likelier token, then the smaller id). A finished text leaves its
 * place to the next. It ends when no text that goes on can come to score more than the best that are finished: each further token
 * only lowers the sum, and none is divided by more than the penalty of the longest text.
 */
export class BeamSearch {
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  readonly #engine: TextEngine;
  readonly #parameters: SamplingParameters;
  /** null where nobody asks how likely the tokens were. */
  readonly #told: number | null;
  #unread: number;
  #beams: Beam[];
  /** Falling, no more than are asked for. */
  #finished: Hypothesis[] = [];

  /** Throws prompt_characters_unknown, validation_failed. */
  constructor(engine: TextEngine, vocabulary: Vocabulary, parameters: SamplingParameters) {
    refuseHalfCharacters(parameters.stop);
    const { start, promptTokens } = readStart(parameters, vocabulary);
    const { beams, max_tokens: maximumTokens, stop: stops } = parameters;
    this.promptTokens = promptTokens;
    this.#engine = engine;
    this.#parameters = parameters;
    this.#told = start.alternatives ?? null;
    this.#unread = start.prompt.length - 1;
    const alternatives = Math.min(Math.max(beams, this.#told ?? 0), vocabulary.size);
    const stream = engine.open({ ...start, rule, alternatives, allowedAlone: true });
    const limits = { vocabulary, maximumTokens, stops, constraint: start.constraint ?? null };
    this.#beams = [{ hypothesis: Hypothesis.empty(limits), stream }];
  }

  get isDone(): boolean {
    const [likeliest] = this.#beams;
    if (likeliest === undefined) return true;
    const worst = this.#finished[this.#parameters.alternatives];
    if (worst === undefined) return false;
    const { length_penalty: exponent, max_tokens: most } = this.#parameters;
    return this.scoreOf(worst) >= likeliest.hypothesis.logProbability / lengthPenalty(most, exponent);
  }

  /** The best texts found, falling: first the finished ones; before there are any, the likeliest so far. */
  get found(): Hypothesis[] {
    return this.#finished.length > 0 ? this.#finished : this.#beams.slice(0, 1).map(({ hypothesis }) => hypothesis);
  }

  scoreOf({ logProbability, length }: Hypothesis): number {
    return logProbability / lengthPenalty(length, this.#parameters.length_penalty);
  }

  /** Reads on in the prompt, at most so many tokens, or lets each text grow by one. Throws checkpoint_corrupt. */
  advance(mostTokens: number): void {
    const reading = Math.min(this.#unread, mostTokens);
    const steps = Math.max(1, reading);
    const drawn = this.#engine.advance(
      this.#beams.map(({ stream }) => stream),
      steps,
    );
    this.#unread -= reading;
    if (reading === 0) this.#goOn(drawn);
  }

  /** Frees what the engine holds for the texts. */
  close(): void {
    for (const { stream } of this.#beams.splice(0)) this.#engine.close(stream);
  }

  #goOn(drawn: (Drawn | null)[]): void {
    const candidates = this.#beams.flatMap((beam, row) => this.#candidatesOf(beam, drawn[row] ?? null));
    candidates.sort((one, other) => other.logProbability - one.logProbability); // stable
    const grown: { hypothesis: Hypothesis; candidate: Candidate }[] = [];
    for (const candidate of candidates) {
      if (grown.length === this.#parameters.beams) break;
      const hypothesis = candidate.beam.hypothesis.with(candidate.next);
      if (hypothesis.finishReason === null) grown.push({ hypothesis, candidate });
      else this.#finish(hypothesis);
    }
    const before = this.#beams;
    this.#beams = grown.map(({ hypothesis, candidate: { beam, next, isTaken } }) => {
      return { hypothesis, stream: isTaken ? beam.stream : this.#engine.branch(beam.stream, next.token) };
    });
    const kept = new Set(this.#beams.map(({ stream }) => stream));
    for (const { hypothesis, stream } of before) {
      hypothesis.settle();
      if (!kept.has(stream)) this.#engine.close(stream);
    }
  }

  #candidatesOf(beam: Beam, drawn: Drawn | null): Candidate[] {
    if (drawn === null) {
      throw appError("checkpoint_corrupt", "expected finite logits, got a weight or a logit that is not a number");
    }
    const { tokens, logProbabilities } = drawn.likelihoods!;
    const before = beam.hypothesis.logProbability;
    const candidates: Candidate[] = [];
    for (let place = 1; place < tokens.length && place <= this.#parameters.beams; place += 1) {
      const token = tokens[place]!;
      if (token < 0) break; // no more are allowed
      const logProbability = before + logProbabilities[place]!;
      const next = { token, logProbability, likelihoods: this.#tell(drawn.likelihoods!, place) };
      candidates.push({ beam, next, logProbability, isTaken: token === drawn.tokens[0] });
    }
    return candidates;
  }

  /** The token at a place of those told, and the likeliest. */
  #tell({ tokens, logProbabilities }: Likelihoods, place: number): Likelihoods | null {
    if (this.#told === null) return null;
    return {
      tokens: Int32Array.of(tokens[place]!, ...tokens.subarray(1, 1 + this.#told)),
      logProbabilities: Float64Array.of(logProbabilities[place]!, ...logProbabilities.subarray(1, 1 + this.#told)),
    };
  }

  #finish(hypothesis: Hypothesis): void {
    const score = this.scoreOf(hypothesis);
    const rank = this.#finished.findIndex((other) => this.scoreOf(other) < score);
    this.#finished.splice(rank < 0 ? this.#finished.length : rank, 0, hypothesis);
    this.#finished.length = Math.min(this.#finished.length, 1 + this.#parameters.alternatives);
  }
}
