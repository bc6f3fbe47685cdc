import type { SamplingParameters } from "../../schemas/generation.ts";
import { Random } from "../random.ts";
import { readConstraint } from "./constraints/read-constraint.ts";
import { encodePrompt } from "./encode-prompt.ts";
import type { StreamStart } from "./generation/text-engine.ts";
import { readLogitBias } from "./read-logit-bias.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What the engine is to begin with, and the tokens of the prompt proper. Throws prompt_characters_unknown, validation_failed. */
export function readStart(
  parameters: SamplingParameters,
  vocabulary: Vocabulary,
): { start: StreamStart; promptTokens: number } {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, typical_p: typicalP } = parameters;
  const tokens = encodePrompt(parameters.prompt, vocabulary);
  const start: StreamStart = {
    prompt: promptOrStart(tokens, vocabulary),
    characters: parameters.max_tokens,
    rule: { temperature, topK, topP, minP, typicalP, repetitionPenalty: parameters.repetition_penalty },
    random: new Random(parameters.seed).state(),
    bias: readLogitBias(parameters.logit_bias, vocabulary),
    constraint: readConstraint(parameters, vocabulary),
    alternatives: parameters.logprobs === null ? null : Math.min(parameters.logprobs, vocabulary.size),
  };
  return { start, promptTokens: tokens.length };
}

/** An empty prompt is read as the vocabulary's start token. */
export function promptOrStart(tokens: Int32Array, vocabulary: Vocabulary): Int32Array {
  return tokens.length > 0 ? tokens : Int32Array.of(vocabulary.startToken);
}
