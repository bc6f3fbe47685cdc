import type { SamplingParameters } from "../../schemas/generation.ts";
import { Random } from "../random.ts";
import type { TextMemory } from "../sessions/text-memory.ts";
import { readConstraint } from "./constraints/read-constraint.ts";
import { encodePrompt } from "./encode-prompt.ts";
import type { StreamStart } from "./generation/text-engine.ts";
import { readLogitBias } from "./read-logit-bias.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What the engine is to begin with, and the tokens of the prompt proper. Throws prompt_characters_unknown, validation_failed. */
export function readStart(
  parameters: SamplingParameters,
  vocabulary: Vocabulary,
  memory: TextMemory | null = null,
): { start: StreamStart; promptTokens: number } {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, typical_p: typicalP } = parameters;
  const tokens = encodePrompt(parameters.prompt, vocabulary);
  const start: StreamStart = {
    prompt: memory?.pending == null ? promptOrStart(tokens, vocabulary) : Int32Array.from([memory.pending, ...tokens]),
    characters: parameters.max_tokens,
    rule: { temperature, topK, topP, minP, typicalP, repetitionPenalty: parameters.repetition_penalty },
    random: memory?.random ?? new Random(parameters.seed).state(),
    earlier: memory === null ? undefined : { state: memory.hidden, seen: Int32Array.from(memory.seen) },
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
