import { type Static, Type } from "typebox";

/** The parts of Hugging Face's tokenizer.json that readers need; others are null. */
export const Tokenizer = Type.Object({
  version: Type.Literal("1.0"),
  truncation: Type.Null(),
  padding: Type.Null(),
  added_tokens: Type.Array(Type.Unknown(), { maxItems: 0 }),
  normalizer: Type.Null(),
  pre_tokenizer: Type.Unknown({ description: "How a text is cut into pieces; null for characters." }),
  post_processor: Type.Null(),
  decoder: Type.Unknown(),
  model: Type.Object({
    type: Type.Literal("BPE"),
    dropout: Type.Null(),
    unk_token: Type.Null(),
    continuing_subword_prefix: Type.Null(),
    end_of_word_suffix: Type.Null(),
    fuse_unk: Type.Boolean(),
    byte_fallback: Type.Boolean(),
    ignore_merges: Type.Boolean({ description: "true for words: a piece that is a token is taken whole." }),
    vocab: Type.Record(Type.String(), Type.Integer()),
    merges: Type.Array(Type.String(), { description: "Two tokens with a space between, the first merge first." }),
  }),
});
export type Tokenizer = Static<typeof Tokenizer>;
