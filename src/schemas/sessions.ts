import { type Static, Type } from "typebox";
import { Nullable, Reference, Seed, Timestamp } from "./common.ts";
import { Frequency } from "./datasets.ts";
import { CalibrationNote, ForecastBody, ForecastInput, ForecastOutput } from "./forecast.ts";
import { GenerateBody, Timings } from "./generation.ts";
import { PageQuery } from "./paging.ts";

const SessionTask = Type.Union([Type.Literal("text"), Type.Literal("forecast")]);
export type SessionTask = Static<typeof SessionTask>;

export const Session = Type.Object({
  id: Type.String(),
  object: Type.Literal("session"),
  model: Type.String(),
  checkpoint: Type.String({
    description: "Stays what it was when the session began: training the model further changes nothing here.",
  }),
  task: SessionTask,
  length: Type.Integer({ description: "Tokens read and written so far, or values observed, missing ones too." }),
  seed: Nullable(
    Type.Integer({
      description: "What the generator of a text was last started with; null of a forecaster's session.",
    }),
  ),
  bytes: Type.Integer({ description: "Of its state, as it is kept." }),
  created_at: Timestamp,
  used_at: Timestamp,
  expires_at: Type.String({
    format: "date-time",
    description:
      "When it ends unless it is used before: generate, observe and PUT state count as use, fork of the fork.",
  }),
});
export type Session = Static<typeof Session>;

const Digest = Type.String({ pattern: "^[0-9a-f]{64}$" });
/** SHA-256 of what a state depends on. */
export const ModelDigests = Type.Object(
  {
    weights: Type.String({ ...Digest, description: "SHA-256 of the weights: names, shapes, numbers." }),
    architecture: Type.String({ ...Digest, description: "SHA-256 of the architecture and the forecast's settings." }),
    vocabulary: Type.String({
      ...Digest,
      description: "SHA-256 of the vocabulary; of a forecaster, of its frequency and seasons.",
    }),
  },
  { additionalProperties: false },
);
export type ModelDigests = Static<typeof ModelDigests>;

const Word = Type.Integer({ minimum: 0, maximum: 4294967295 });
const stateHead = {
  object: Type.Literal("session_state"),
  version: Type.Literal(1),
  model: ModelDigests,
};

export const TextState = Type.Object(
  {
    ...stateHead,
    task: Type.Literal("text"),
    length: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "Tokens read and written." }),
    seed: Type.Integer({ minimum: 0, maximum: 4294967295, description: "What the generator was last started with." }),
    random: Type.Array(Word, { minItems: 4, maxItems: 4, description: "The generator, xoshiro128**." }),
    pending: Nullable(
      Type.Integer({ minimum: 0, description: "The last token: written, or the end of a prompt, and not read yet." }),
    ),
    held: Type.String({
      maxLength: 4,
      description: "Base64 of the bytes that the text ends with, where they begin a character and do not finish it.",
    }),
    hidden: Type.String({
      description:
        "Base64 of float32, little-endian: of each layer the hidden state, then the cell state where there is one; last, what attention remembers.",
    }),
    seen: Type.String({
      description: "Base64 of a bit for each token, lowest first: 1 where it has come up. For the repetition penalty.",
    }),
  },
  { additionalProperties: false },
);
export type TextState = Static<typeof TextState>;

export const SeriesState = Type.Object(
  {
    ...stateHead,
    task: Type.Literal("forecast"),
    id: Nullable(Type.String({ minLength: 1, maxLength: 256 })),
    timeline: Nullable(
      Type.Object(
        {
          start: Type.String({ maxLength: 96 }),
          frequency: Frequency,
          month_end: Type.Boolean({ description: "Whether the start stands for the end of its month." }),
        },
        { additionalProperties: false },
      ),
    ),
    length: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "Values observed." }),
    leading: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Of them, missing ones before the first known.",
    }),
    before: Nullable(
      Type.Object(
        { value: Type.Number(), steps: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
        {
          additionalProperties: false,
          description: "The last known value before those kept, and how many steps before the first of them it came.",
        },
      ),
    ),
    values: Type.String({
      description:
        "Base64 of float64, little-endian: the newest values, as many as the context, NaN where one is missing.",
    }),
  },
  { additionalProperties: false },
);
export type SeriesState = Static<typeof SeriesState>;

/** Everything that a session remembers. */
export const SessionState = Type.Unsafe<TextState | SeriesState>({
  type: "object",
  required: ["task"],
  discriminator: { propertyName: "task" },
  oneOf: [TextState, SeriesState],
});
export type SessionState = TextState | SeriesState;

const { properties } = ForecastInput;
/** The series of a new session: as an input of a forecast, but there need not be values yet. */
export const SessionSeries = Type.Object(
  {
    id: properties.id,
    start: properties.start,
    frequency: properties.frequency,
    timestamps: properties.timestamps,
    target: Type.Optional(
      Type.Array(Nullable(Type.Number()), {
        maxItems: 100_000,
        description: "The history so far, oldest first; null where a value is missing.",
      }),
    ),
  },
  { additionalProperties: false, description: "Of a forecaster: what has been observed, and when it began." },
);
export type SessionSeries = Static<typeof SessionSeries>;

const TimeOfValue = Type.String({
  maxLength: 64,
  description:
    "When it came. Later than one step after the last value: those between are missing. Left out: one step after the last.",
});
export const Observation = Type.Object(
  {
    target: Nullable(Type.Number({ description: "null where it is missing." })),
    timestamp: Type.Optional(TimeOfValue),
  },
  { additionalProperties: false },
);
export type Observation = Static<typeof Observation>;

export const SessionId = Type.String({ minLength: 1, maxLength: 64, description: "The id of a session." });
export const SessionQuery = Type.Object(
  { ...PageQuery.properties, model: Type.Optional(Reference) },
  { additionalProperties: false },
);

export const SessionBody = Type.Object(
  {
    model: Reference,
    checkpoint: GenerateBody.properties.checkpoint,
    seed: Type.Optional(Type.Integer({ ...Seed, description: "Of a text's generator; chosen at random by default." })),
    series: Type.Optional(SessionSeries),
    state: Type.Optional(
      Type.Unsafe<SessionState>({
        ...SessionState,
        description: "What `GET /v1/sessions/:id/state` gave, here or on another server that has the same model.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type SessionBody = Static<typeof SessionBody>;

const { checkpoint: _checkpoint, session: _session, ...drawnProperties } = GenerateBody.properties;
// A beam search begins from the start.
const { beams: _beams, length_penalty: _penalty, alternatives: _alternatives, ...generateProperties } = drawnProperties;
export const SessionGenerateBody = Type.Object(generateProperties, { additionalProperties: false });
export type SessionGenerateBody = Static<typeof SessionGenerateBody>;

const asked = { horizon: ForecastBody.properties.horizon, quantiles: ForecastBody.properties.quantiles };
const ObserveOne = Type.Object({ ...Observation.properties, ...asked }, { additionalProperties: false });
const ObserveSeveral = Type.Object(
  {
    observations: Type.Array(Observation, { minItems: 1, maxItems: 10_000, description: "Oldest first." }),
    ...asked,
  },
  { additionalProperties: false },
);
export type ObserveBody = Static<typeof ObserveOne> | Static<typeof ObserveSeveral>;
export const ObserveBody = Type.Unsafe<ObserveBody>({ anyOf: [ObserveOne, ObserveSeveral] });

export const SessionForecast = Type.Object({
  object: Type.Literal("session_forecast"),
  session: Type.String(),
  model: Type.String(),
  checkpoint: Type.String(),
  length: Type.Integer({ description: "Values observed so far, missing ones too." }),
  missing: Type.Integer({ description: "Values that the history lacks for a forecast; 0 where there is one." }),
  expires_at: Timestamp,
  horizon: Nullable(Type.Integer()),
  forecast: Nullable(ForecastOutput),
  calibration: Nullable(CalibrationNote),
  timings: Nullable(Timings),
});
export type SessionForecast = Static<typeof SessionForecast>;

/** A state as the inference thread writes it: in JSON, and what of it the session shows. */
export interface KeptState {
  text: string;
  length: number;
  seed: number | null;
}
