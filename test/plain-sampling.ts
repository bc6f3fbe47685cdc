import type { SamplingParameters } from "../src/schemas/generation.ts";

/** Parameters of a text that leave the model's own distribution as it is. */
export const plainSampling: SamplingParameters = {
  prompt: "",
  max_tokens: 256,
  temperature: 1,
  top_k: null,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  logit_bias: {},
  logprobs: null,
  allowed_characters: null,
  pattern: null,
  beams: 1,
  length_penalty: 0,
  alternatives: 0,
  stop: [],
  seed: 1,
};
