import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";

const OwnDistribution =
  "the model's own probability, softmax of its logits, before temperature, bias, penalty and filters";
const Token = {
  token: Type.Integer({ description: "Its id: the place in the model's vocabulary." }),
  text: Nullable(
    Type.String({
      description: "The character or characters that it stands for; null where its bytes are no whole ones.",
    }),
  ),
  bytes: Type.Optional(
    Type.Array(Type.Integer(), { description: "Its bytes of UTF-8, where those are no whole characters." }),
  ),
  log_probability: Type.Number({ description: `Natural logarithm of ${OwnDistribution}.` }),
};

/** How likely a model held a token that came, and what it held likelier or next to it. */
export const TokenLikelihood = Type.Object({
  ...Token,
  top: Type.Array(Type.Object(Token), {
    description: "The likeliest tokens at this place in falling order, as many as asked for or as there are.",
  }),
});
export type TokenLikelihood = Static<typeof TokenLikelihood>;

/** Fields of a request for text beside the plain filters. */
export const decoding = {
  typical_p: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description:
      "Draws among those whose surprise is closest to the entropy, the fewest that hold this share of the probability (locally typical sampling, Meister et al. 2022); after top_k, top_p and min_p. Not beside temperature 0.",
  }),
  logit_bias: Type.Record(Type.String({ minLength: 1, maxLength: 256 }), Type.Number({ minimum: -100, maximum: 100 }), {
    maxProperties: 1024,
    default: {},
    description:
      'Added to the logits of tokens, by their text, before penalty, temperature and filters: `{"e": -2.5, "\\n": 100}`. -100 all but forbids a token, 100 all but commands it.',
  }),
  logprobs: Type.Union([Type.Integer({ minimum: 0, maximum: 20 }), Type.Null()], {
    default: null,
    description: `Tells of every token written ${OwnDistribution}, and of so many of the likeliest at its place; null tells nothing. Their sum is what \`score\` says of the same prompt and text.`,
  }),
  allowed_characters: Type.Union([Type.String({ minLength: 1, maxLength: 4096 }), Type.Null()], {
    default: null,
    description:
      "The text is written of these characters alone, each of which the model must know. Of a vocabulary of longer tokens, those are drawn that are whole characters and hold no other.",
  }),
  pattern: Type.Union([Type.String({ minLength: 1, maxLength: 512 }), Type.Null()], {
    default: null,
    description:
      "A regular expression (ECMAScript, flag u) that the whole text matches; without lookaround, word boundaries and back-references. Only tokens of whole characters are drawn that can still be completed to a match within max_tokens. The text ends, with finish_reason stop, where it matches and nothing may follow; one that may go on, like [0-9]+, goes on to max_tokens. Not beside stop or allowed_characters.",
  }),
};
