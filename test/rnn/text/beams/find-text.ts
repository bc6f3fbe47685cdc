import { BeamSearch } from "../../../../src/rnn/text/beams/beam-search.ts";
import { writeHypothesis } from "../../../../src/rnn/text/beams/write-hypothesis.ts";
import type { TextEngine } from "../../../../src/rnn/text/generation/text-engine.ts";
import type { Vocabulary } from "../../../../src/rnn/text/vocabulary.ts";
import type { SamplingParameters } from "../../../../src/schemas/generation.ts";
import { plainSampling } from "../../../plain-sampling.ts";

/** What a beam search finds, the best first. */
export function findTexts(engine: TextEngine, vocabulary: Vocabulary, parameters: Partial<SamplingParameters>) {
  const search = new BeamSearch(engine, vocabulary, { ...plainSampling, ...parameters });
  while (!search.isDone) search.advance(3);
  const found = search.found.map((hypothesis) => ({
    ...writeHypothesis(hypothesis, vocabulary, parameters.stop ?? []),
    tokens: hypothesis.tokens().map(({ token }) => token),
    logProbability: hypothesis.logProbability,
    score: search.scoreOf(hypothesis),
    finishReason: hypothesis.finishReason,
  }));
  search.close();
  return found;
}
