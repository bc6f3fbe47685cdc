import type { ErrorMessage } from "../errors.ts";
import type { AnomalyThreshold } from "../schemas/anomalies.ts";
import type { BacktestEnd } from "../schemas/backtest.ts";
import type { Search } from "../schemas/beam-search.ts";
import type { CalibrationNote, ForecastInput } from "../schemas/forecast.ts";
import type {
  FinishReason,
  GenerationPrecision,
  SamplingParameters,
  TextDelta,
  Timings,
} from "../schemas/generation.ts";
import type { Backend } from "../schemas/health.ts";
import type { Architecture, ResolvedForecastSettings, SequenceSettings, Task } from "../schemas/models.ts";
import type { NetworkParts } from "../schemas/network-parts.ts";
import type { Inclusion, LayerState, OutputMeaning, PredictionInput, PredictionOutput } from "../schemas/prediction.ts";
import type { ScoreBody, TextScore } from "../schemas/score.ts";
import type { KeptState, Observation, SessionSeries, SessionState } from "../schemas/sessions.ts";
import type { Tokenizer } from "../schemas/tokenizer.ts";
import type { TrainingEvent, TrainingOutcome, TrainingSpec } from "../schemas/training-run.ts";

/**
 * Every message that crosses the thread border, both ways. The far side is told everything
 * once, at the start, and never asks back; up come numbers and text only, no tensors.
 */

/** To a trainer process, and from its main thread on to its training thread. */
export type ToTrainer = { type: "train"; spec: TrainingSpec } | { type: "cancel" } | { type: "suspend" };

/**
 * From a trainer. `alive` comes every few seconds, from the process's main thread: `step` is the last one reported, `pulse` grows
 * as long as the training thread takes breath between pieces of work, also while a resumed run repeats steps it does not report.
 */
export type FromTrainer =
  | { type: "event"; event: TrainingEvent }
  | { type: "alive"; step: number; pulse: number; memoryBytes: number }
  | { type: "end"; outcome: TrainingOutcome }
  | { type: "error"; error: ErrorMessage };

export interface GenerateRequest {
  type: "generate";
  request: number;
  checkpoint: { id: string; path: string };
  parameters: SamplingParameters;
  /** The session that the text goes on in: its state in JSON, and whether its generator begins anew with the seed. */
  session: { state: string; restart: boolean } | null;
}
/** The state that a session begins with; `pointer` is where a state given came in the request's body. */
export interface BeginSessionRequest {
  type: "begin-session";
  request: number;
  checkpoint: { id: string; path: string };
  state: SessionState | null;
  pointer: string;
  seed: number;
  series: SessionSeries;
}
/** Takes observations in, and forecasts what comes next. */
export interface ObserveRequest {
  type: "observe";
  request: number;
  checkpoint: { id: string; path: string };
  state: string;
  observations: Observation[];
  horizon: number | null;
  quantiles: number[] | null;
}
export interface ScoreRequest {
  type: "score";
  request: number;
  checkpoint: { id: string; path: string };
  question: Omit<ScoreBody, "checkpoint">;
}
export interface ForecastRequest {
  type: "forecast";
  request: number;
  checkpoint: { id: string; path: string };
  inputs: ForecastInput[];
  horizon: number | null;
  quantiles: number[] | null;
  /** Sample paths of each series. */
  paths?: { count: number; seed: number } | null;
}
/** Rows come in lists; the thread waits with more until a `release` says that one was taken. */
export interface BacktestRequest {
  type: "backtest";
  request: number;
  checkpoint: { id: string; path: string };
  source:
    | { type: "inputs"; inputs: ForecastInput[] }
    | { type: "dataset"; path: string; sha256: string; frequency: string | null };
  windows: number;
  step: number | null;
  horizon: number | null;
  quantiles: number[] | null;
}
export interface AnomaliesRequest {
  type: "anomalies";
  request: number;
  checkpoint: { id: string; path: string };
  inputs: ForecastInput[];
  levels: number[] | null;
  lastPointOnly: boolean;
  stride: number;
}
export interface PredictRequest {
  type: "predict";
  request: number;
  checkpoint: { id: string; path: string };
  inputs: PredictionInput[];
  initialState: LayerState[] | null;
  include: Inclusion[];
}
/** The vocabulary of a text model as a tokenizer.json. */
export interface TokenizerRequest {
  type: "tokenizer";
  request: number;
  checkpoint: { id: string; path: string };
}
/** Counts parameters without building anything; vocabularySize null for text gives null. */
export interface DescribeRequest {
  type: "describe";
  request: number;
  task: Task;
  architecture: Architecture;
  forecast: ResolvedForecastSettings | null;
  sequence: SequenceSettings | null;
  vocabularySize: number | null;
}
/** Sizes of a network's parts; of a text model that has been trained, its parameters tell the vocabulary. */
export interface PartsRequest {
  type: "parts";
  request: number;
  task: Task;
  architecture: Architecture;
  forecast: ResolvedForecastSettings | null;
  sequence: SequenceSettings | null;
  parameterCount: number | null;
}
export type ToInference =
  | GenerateRequest
  | ScoreRequest
  | ForecastRequest
  | BacktestRequest
  | AnomaliesRequest
  | PredictRequest
  | TokenizerRequest
  | DescribeRequest
  | PartsRequest
  | BeginSessionRequest
  | ObserveRequest
  | { type: "cancel"; request: number }
  /** A slow reader: its stream waits, the others go on. */
  | { type: "hold"; request: number }
  | { type: "release"; request: number }
  /** Forget a model whose files are gone. */
  | { type: "unload"; path: string };

/** What the thread knows from its start. */
export interface InferenceData {
  generationPrecision: GenerationPrecision;
}

/** Come in lists: all that one turn of the thread's event loop had to say. */
export type FromInference =
  | { type: "ready"; backend: Backend }
  /** Prompt and model are accepted; deltas follow, then the end. A request refused gets an error instead. */
  | { type: "text-start"; request: number }
  | ({ type: "text-delta"; request: number } & TextDelta)
  | {
      type: "text-end";
      request: number;
      finishReason: FinishReason;
      promptTokens: number;
      completionTokens: number;
      timings: Timings;
      /** Of a beam search. */
      search?: Search;
      /** Of a session: what it goes on from; null where nothing was written. */
      kept: KeptState | null;
    }
  | { type: "begin-session-end"; request: number; kept: KeptState }
  /** forecast: null while the history is so many values too short. */
  | {
      type: "observe-end";
      request: number;
      kept: KeptState;
      missing: number;
      forecast: { horizon: number; outputs: string; calibration: CalibrationNote; timings: Timings } | null;
    }
  | { type: "score-end"; request: number; score: TextScore; timings: Timings }
  /** outputs: ForecastOutput[] as JSON, so that the main thread, which has every request to see to, spells no numbers. */
  | {
      type: "forecast-end";
      request: number;
      horizon: number;
      series: number;
      outputs: string;
      calibration: CalibrationNote;
      timings: Timings;
    }
  /** rows: each a BacktestForecast as JSON. */
  | { type: "backtest-rows"; request: number; rows: string[] }
  | { type: "backtest-end"; request: number; end: BacktestEnd }
  /** outputs: AnomalyOutput[] as JSON. */
  | {
      type: "anomalies-end";
      request: number;
      outputs: string;
      points: number;
      thresholds: AnomalyThreshold[];
      calibration: CalibrationNote;
      timings: Timings;
    }
  | {
      type: "predict-end";
      request: number;
      meaning: OutputMeaning;
      vocabulary: string[] | null;
      outputs: PredictionOutput[];
      timings: Timings;
    }
  | { type: "tokenizer-end"; request: number; tokenizer: Tokenizer }
  | { type: "parts-end"; request: number; parts: NetworkParts | null }
  | { type: "describe-end"; request: number; parameterCount: number | null }
  | { type: "warning"; message: string }
  | { type: "error"; request: number; error: ErrorMessage };
