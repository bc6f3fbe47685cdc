import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";
import { TokenLikelihood } from "./decoding.ts";
import { Timings } from "./generation.ts";

export const ScoreBody = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 100_000, description: "What to score, every token of it." }),
    prompt: Type.String({
      maxLength: 65_536,
      default: "",
      description:
        "What the text continues: read first, from a state of zeros, and not scored. Empty: the model reads what `generate` reads in its place, a newline or the vocabulary's first character, and the first token is scored after that.",
    }),
    logprobs: Type.Integer({
      minimum: 0,
      maximum: 20,
      default: 0,
      description: "How many of the likeliest tokens to tell of at each place.",
    }),
    checkpoint: Type.Optional(
      Type.String({ maxLength: 64, description: "A checkpoint id; the model's best by default." }),
    ),
  },
  { additionalProperties: false },
);
export type ScoreBody = Static<typeof ScoreBody>;

/** What a model says of a text. */
export const TextScore = Type.Object({
  logprobs: Type.Array(TokenLikelihood, { description: "Of each token of the text." }),
  log_probability: Type.Number({ description: "Of the whole text: their sum." }),
  characters: Type.Integer({ description: "Of the text: Unicode code points." }),
  bits_per_character: Type.Number({ description: "-log_probability / ln 2 / characters." }),
  perplexity: Nullable(
    Type.Number({ description: "exp(-log_probability / tokens); null where that is beyond the largest number." }),
  ),
  usage: Type.Object({
    prompt_tokens: Type.Integer(),
    scored_tokens: Type.Integer(),
  }),
});
export type TextScore = Static<typeof TextScore>;

export const Score = Type.Object({
  object: Type.Literal("score"),
  model: Type.String(),
  checkpoint: Type.String(),
  ...TextScore.properties,
  timings: Timings,
});
