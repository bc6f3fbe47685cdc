import { type Static, Type } from "typebox";
import { beamSearch, Search } from "./beam-search.ts";
import { Nullable, Seed } from "./common.ts";
import { decoding, TokenLikelihood } from "./decoding.ts";

/** Of the weights that generate. */
export type GenerationPrecision = "fp32" | "bf16";

const sampling = {
  prompt: Type.String({
    maxLength: 65_536,
    default: "",
    description:
      "What the text continues. A model that reads characters refuses those it has never seen; one that reads bytes, words or byte pairs takes all. Empty: it starts as after a newline, or after the vocabulary's first character where that has none.",
  }),
  max_tokens: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 256,
    description:
      "Tokens to write: characters, bytes, words or byte pairs, as the model's vocabulary is. Where they end in the middle of a character its bytes are left out of the text; bytes that can be no character become U+FFFD.",
  }),
  temperature: Type.Number({
    minimum: 0,
    maximum: 10,
    default: 1,
    description: "0 always takes the likeliest token.",
  }),
  top_k: Type.Union([Type.Integer({ minimum: 1, maximum: 65_536 }), Type.Null()], {
    default: null,
    description: "Draws among so many of the likeliest tokens; null among all.",
  }),
  top_p: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: "Draws among the fewest of those that hold this share of their probability.",
  }),
  min_p: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: "Draws among those at least this many times as likely as the likeliest.",
  }),
  repetition_penalty: Type.Number({
    minimum: 0.1,
    maximum: 10,
    default: 1,
    description:
      "Above 1 makes tokens of the prompt and of the text so far less likely: a logit above 0 is divided by it, any other multiplied.",
  }),
  ...decoding,
  ...beamSearch,
  stop: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
    maxItems: 16,
    default: [],
    description: "The text ends before the first of these.",
  }),
  seed: Type.Optional(Seed),
  checkpoint: Type.Optional(
    Type.String({ maxLength: 64, description: "A checkpoint id; the model's best by default." }),
  ),
  session: Type.Optional(
    Type.String({ maxLength: 64, description: "A session of the model: the text goes on from its state." }),
  ),
};

export const GenerateBody = Type.Object(
  {
    ...sampling,
    stream: Type.Boolean({ default: false, description: "Server-sent events instead of one JSON reply." }),
  },
  { additionalProperties: false },
);
export type GenerateBody = Static<typeof GenerateBody>;

/** The parameters in effect, as text-start repeats them. */
export type SamplingParameters = Omit<GenerateBody, "stream" | "seed" | "checkpoint" | "session"> & { seed: number };
/** As they are told: no seed where nothing is drawn. */
type ToldParameters = Omit<SamplingParameters, "seed"> & { seed?: number };

export const Usage = Type.Object({
  prompt_tokens: Type.Integer(),
  completion_tokens: Type.Integer({ description: "Tokens written, those of a stop string too." }),
});
export const Timings = Type.Object({ queue_ms: Type.Number(), compute_ms: Type.Number() });
export type Timings = Static<typeof Timings>;
export const FinishReason = Type.Union([Type.Literal("length"), Type.Literal("stop"), Type.Literal("cancelled")]);
export type FinishReason = Static<typeof FinishReason>;

export const Generation = Type.Object({
  object: Type.Literal("generation"),
  model: Type.String(),
  checkpoint: Type.String(),
  text: Type.String(),
  logprobs: Type.Optional(Type.Array(TokenLikelihood, { description: "Of each token of the text, where asked for." })),
  search: Type.Optional(Search),
  finish_reason: FinishReason,
  seed: Type.Union([Type.Integer(), Type.Null()], { description: "Gives the same text again; null of a beam search." }),
  parameters: Type.Object({ ...sampling, seed: Type.Optional(Seed) }),
  usage: Usage,
  timings: Timings,
});
export type Generation = Static<typeof Generation>;

/** More text, whole characters only; `index`: characters of the text before it; `logprobs` where asked for, of its tokens. */
export interface TextDelta {
  text: string;
  index: number;
  logprobs?: TokenLikelihood[];
}

/** What one stream of text consists of, whatever carries it. */
export type TextEvent =
  | { type: "text-start"; model: string; checkpoint: string; seed: number | null; parameters: ToldParameters }
  | ({ type: "text-delta" } & TextDelta)
  | {
      type: "text-end";
      finish_reason: FinishReason;
      usage: Static<typeof Usage>;
      timings: Timings;
      search?: Search;
    };

export const StreamId = Type.String({ minLength: 1, maxLength: 64 });
export const GenerateMessage = Type.Object(
  { type: Type.Literal("generate"), stream_id: Type.Optional(StreamId), ...sampling },
  { additionalProperties: false },
);
export const CancelMessage = Type.Object(
  { type: Type.Literal("cancel"), stream_id: Type.Optional(StreamId) },
  { additionalProperties: false },
);
export type GenerateMessage = Static<typeof GenerateMessage>;
export type CancelMessage = Static<typeof CancelMessage>;

/** What a client may send on the generate socket. */
export const GenerateSocketMessage = Type.Unsafe<GenerateMessage | CancelMessage>({
  type: "object",
  required: ["type"],
  discriminator: { propertyName: "type" },
  oneOf: [GenerateMessage, CancelMessage],
});
export const StreamTag = Nullable(StreamId);
