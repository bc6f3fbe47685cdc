import type { AnomalyThreshold } from "../schemas/anomalies.ts";
import type { BacktestEnd } from "../schemas/backtest.ts";
import type { Search } from "../schemas/beam-search.ts";
import type { CalibrationNote, ForecastInput } from "../schemas/forecast.ts";
import type { FinishReason, SamplingParameters, TextDelta, Timings } from "../schemas/generation.ts";
import type { Backend } from "../schemas/health.ts";
import type { Architecture, ResolvedForecastSettings, SequenceSettings, Task } from "../schemas/models.ts";
import type { NetworkParts } from "../schemas/network-parts.ts";
import type { Inclusion, LayerState, OutputMeaning, PredictionInput, PredictionOutput } from "../schemas/prediction.ts";
import type { ScoreBody, TextScore } from "../schemas/score.ts";
import type { KeptState, Observation, SessionSeries, SessionState } from "../schemas/sessions.ts";
import type { Tokenizer } from "../schemas/tokenizer.ts";
import type { AnomaliesRequest, BacktestRequest, FromInference } from "./protocol.ts";

export interface CheckpointReference {
  id: string;
  path: string;
}

export type TextPart =
  | ({ type: "delta" } & TextDelta)
  | {
      type: "end";
      finishReason: FinishReason;
      promptTokens: number;
      completionTokens: number;
      timings: Timings;
      /** Of a beam search. */
      search?: Search;
      /** Of a session: what it goes on from; null where nothing was written. */
      kept?: KeptState | null;
    };

/** rows: each a BacktestForecast as JSON. */
export type BacktestPart = { type: "rows"; rows: string[] } | { type: "end"; end: BacktestEnd };

/** The inference thread, seen from the main thread. */
export interface InferencePool {
  /** null until the thread has loaded its library. */
  backend(): Backend | null;
  /** Resolves when the thread is ready; rejects if it cannot start. */
  ready(): Promise<Backend>;
  /**
   * One stream of text. Resolves once prompt and model are accepted (else throws: prompt_characters_unknown, ...); breaking out of
   * the iteration or aborting frees its state in the thread; a consumer that does not pull makes only its own stream wait.
   * After an abort by signal the last part is an end with finishReason "cancelled".
   */
  generate(request: {
    checkpoint: CheckpointReference;
    parameters: SamplingParameters;
    /** The session that it goes on in: its state, and whether its generator begins anew with the seed. */
    session?: { state: string; restart: boolean } | null;
    signal: AbortSignal;
  }): Promise<AsyncIterable<TextPart>>;
  /** Throws prompt_characters_unknown with pointers into the request. */
  score(request: {
    checkpoint: CheckpointReference;
    question: Omit<ScoreBody, "checkpoint">;
  }): Promise<TextScore & { timings: Timings }>;
  /** What a session begins with. Throws session_state_mismatch, validation_failed, with pointers into the request's body. */
  beginSession(request: {
    checkpoint: CheckpointReference;
    state: SessionState | null;
    pointer: string;
    seed: number;
    series: SessionSeries;
  }): Promise<KeptState>;
  /** forecast: null while the history is `missing` values too short; outputs as in `forecast`. */
  observe(request: {
    checkpoint: CheckpointReference;
    state: string;
    observations: Observation[];
    horizon: number | null;
    quantiles: number[] | null;
  }): Promise<Pick<Extract<FromInference, { type: "observe-end" }>, "kept" | "missing" | "forecast">>;
  /** outputs: ForecastOutput[] as JSON; every number in it is finite. */
  forecast(request: {
    checkpoint: CheckpointReference;
    inputs: ForecastInput[];
    horizon: number | null;
    quantiles: number[] | null;
    /** Sample paths of each series. */
    paths?: { count: number; seed: number } | null;
  }): Promise<{ horizon: number; series: number; outputs: string; calibration: CalibrationNote; timings: Timings }>;
  /**
   * Forecasts from cut-offs within series. Resolves with the first rows (else throws: history_too_short, ...); the last part is the end,
   * which does not come after an abort.
   */
  backtest(
    request: Omit<BacktestRequest, "type" | "request"> & { signal: AbortSignal },
  ): Promise<AsyncIterable<BacktestPart>>;
  /** Scores values by forecasts from those before them; outputs: AnomalyOutput[] as JSON. Throws history_too_short, validation_failed. */
  anomalies(request: Omit<AnomaliesRequest, "type" | "request">): Promise<{
    outputs: string;
    points: number;
    thresholds: AnomalyThreshold[];
    calibration: CalibrationNote;
    timings: Timings;
  }>;
  /** The plain forward pass of any model. Throws validation_failed, prompt_characters_unknown, with pointers into the request's body. */
  predict(request: {
    checkpoint: CheckpointReference;
    inputs: PredictionInput[];
    initialState: LayerState[] | null;
    include: Inclusion[];
  }): Promise<{ meaning: OutputMeaning; vocabulary: string[] | null; outputs: PredictionOutput[]; timings: Timings }>;
  /** The vocabulary of a text model, as other readers take it. */
  tokenizer(request: { checkpoint: CheckpointReference }): Promise<Tokenizer>;
  /** Number of trainable parameters; null for a text model without a vocabulary yet. */
  describe(request: {
    task: Task;
    architecture: Architecture;
    forecast: ResolvedForecastSettings | null;
    sequence: SequenceSettings | null;
    vocabularySize: number | null;
  }): Promise<number | null>;
  /** Sizes of the parts of a network; null for a text model without a vocabulary yet. */
  networkParts(request: {
    task: Task;
    architecture: Architecture;
    forecast: ResolvedForecastSettings | null;
    sequence: SequenceSettings | null;
    parameterCount: number | null;
  }): Promise<NetworkParts | null>;
  /** Frees a model whose files are gone; who is being answered from it is answered to the end. */
  unload(path: string): void;
  openStreams(): number;
  close(): Promise<void>;
}
