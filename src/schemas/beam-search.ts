import { type Static, Type } from "typebox";

/** Fields of a request for the likeliest text instead of a drawn one. */
export const beamSearch = {
  beams: Type.Integer({
    minimum: 1,
    maximum: 32,
    default: 1,
    description:
      "Above 1 nothing is drawn: a beam search goes on with so many texts at a time, always the likeliest, and writes the best that it finds; the same each time. A text is finished by a stop string, by a whole match of `pattern` that nothing may follow, or by max_tokens. Probabilities are the model's own, as `score` tells them. More beams miss less, but one more beam may also find a less likely text; greedy is what temperature 0 does. With `stream: true` and over a socket the text comes as one delta at the end, as the best is not known before. Not beside what says how to draw: temperature, top_k, top_p, min_p, typical_p, repetition_penalty, logit_bias, seed.",
  }),
  length_penalty: Type.Number({
    minimum: 0,
    maximum: 5,
    default: 0,
    description:
      "How finished texts compare: by the sum of their tokens' log-probabilities, those of a stop string too, divided by ((5 + tokens) / 6) to the power of this (Wu et al. 2016). 0 compares the plain sums, which fall with every token, so that a text that stops soon has an advantage; the higher, the better the chances of long texts. Only beside beams above 1.",
  }),
  alternatives: Type.Integer({
    minimum: 0,
    maximum: 31,
    default: 0,
    description:
      "Tells so many of the next best finished texts as well, fewer where fewer were found; below beams. Two of them may read the same where different tokens spell them, or different stop strings end them.",
  }),
};

const Rank = {
  log_probability: Type.Number({
    description: "Natural logarithm of the probability of its tokens, those of a stop string too.",
  }),
  score: Type.Number({ description: "What texts were compared by: log_probability over the length penalty." }),
};

/** Another text that a search found. */
export const FoundText = Type.Object({
  text: Type.String(),
  ...Rank,
  finish_reason: Type.Union([Type.Literal("length"), Type.Literal("stop")]),
  completion_tokens: Type.Integer({ description: "Its tokens, those of a stop string too." }),
});

/** What a beam search says of its text. */
export const Search = Type.Object(
  { ...Rank, alternatives: Type.Array(FoundText, { description: "The next best, in falling order of score." }) },
  { description: "With beams above 1: how the text ranks, and the next best." },
);
export type FoundText = Static<typeof FoundText>;
export type Search = Static<typeof Search>;
