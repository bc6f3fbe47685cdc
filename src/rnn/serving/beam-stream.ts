import type { FoundText, Search } from "../../schemas/beam-search.ts";
import type { FinishReason, SamplingParameters } from "../../schemas/generation.ts";
import type { BeamSearch } from "../text/beams/beam-search.ts";
import type { Hypothesis } from "../text/beams/hypothesis.ts";
import { writeHypothesis } from "../text/beams/write-hypothesis.ts";
import type { Vocabulary } from "../text/vocabulary.ts";
import type { Turns } from "./round-robin.ts";
import type { TextListener } from "./text-stream.ts";

/** Most tokens of a prompt that one piece of work reads. */
const READING = 16;

interface BeamRequest {
  vocabulary: Vocabulary;
  parameters: SamplingParameters;
  receivedAtMs: number;
}

/** A beam search for one reader, who gets the text as one delta when the best is known. */
export class BeamStream implements Turns {
  readonly #search: BeamSearch;
  readonly #request: BeamRequest;
  readonly #listener: TextListener;
  #queueMs: number | null = null;
  #computeMs = 0;

  constructor(search: BeamSearch, request: BeamRequest, listener: TextListener) {
    this.#search = search;
    this.#request = request;
    this.#listener = listener;
  }

  turn(untilMs: number): boolean {
    const startMs = performance.now();
    this.#queueMs ??= startMs - this.#request.receivedAtMs;
    try {
      do this.#search.advance(READING);
      while (!this.#search.isDone && performance.now() < untilMs);
    } catch (error) {
      this.#search.close();
      this.#listener.fail(error);
      return false;
    }
    this.#computeMs += performance.now() - startMs;
    if (this.#search.isDone) this.#end(this.#search.found[0]!.finishReason!);
    return !this.#search.isDone;
  }

  /** Ends the search here, with the best text so far. */
  cancel(): void {
    this.#end("cancelled");
  }

  #end(finishReason: FinishReason): void {
    const [best, ...others] = this.#search.found;
    const { vocabulary, parameters, receivedAtMs } = this.#request;
    const { text, likelihoods } = writeHypothesis(best!, vocabulary, parameters.stop);
    const search: Search = { ...this.#rank(best!), alternatives: others.map((other) => this.#tell(other)) };
    this.#search.close();
    const isTold = parameters.logprobs !== null;
    if (text !== "") this.#listener.delta({ text, index: 0, ...(isTold && { logprobs: likelihoods ?? [] }) });
    const queueMs = this.#queueMs ?? performance.now() - receivedAtMs;
    const timings = { queue_ms: rounded(queueMs), compute_ms: rounded(this.#computeMs) };
    const counts = { promptTokens: this.#search.promptTokens, completionTokens: best!.length };
    this.#listener.end({ finishReason, ...counts, timings, search, memory: null });
  }

  #rank(hypothesis: Hypothesis) {
    return { log_probability: hypothesis.logProbability, score: this.#search.scoreOf(hypothesis) };
  }

  #tell(hypothesis: Hypothesis): FoundText {
    const { text } = writeHypothesis(hypothesis, this.#request.vocabulary, this.#request.parameters.stop);
    const { finishReason, length } = hypothesis;
    return { text, ...this.#rank(hypothesis), finish_reason: finishReason!, completion_tokens: length };
  }
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
