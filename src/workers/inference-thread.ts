import { parentPort, workerData } from "node:worker_threads";
import { appError, toErrorMessage } from "../errors.ts";
import { backend } from "../rnn/backend.ts";
import { countParameters, vocabularySizeOf } from "../rnn/count-parameters.ts";
import { countParts } from "../rnn/count-parts.ts";
import { Backtests } from "../rnn/serving/backtests.ts";
import { findAnomalies } from "../rnn/serving/find-anomalies.ts";
import { Forecasts } from "../rnn/serving/forecasts.ts";
import { loadModel, loadPredictor } from "../rnn/serving/load-model.ts";
import { LoadedModels } from "../rnn/serving/loaded-models.ts";
import { Scores } from "../rnn/serving/scores.ts";
import { TextStreams } from "../rnn/serving/text-streams.ts";
import { TextTurns } from "../rnn/serving/text-turns.ts";
import { beginSession } from "../rnn/sessions/begin-session.ts";
import { observeSession } from "../rnn/sessions/observe-session.ts";
import { writeTokenizer } from "../rnn/text/vocabularies/write-tokenizer.ts";
import type {
  AnomaliesRequest,
  BeginSessionRequest,
  DescribeRequest,
  ForecastRequest,
  FromInference,
  InferenceData,
  ObserveRequest,
  PartsRequest,
  PredictRequest,
  ScoreRequest,
  ToInference,
  TokenizerRequest,
} from "./protocol.ts";

/** The only thread of the server process that computes: every request gets its answer or an error, none ends the thread. */
const port = parentPort;
if (port === null) throw new Error("inference-thread is the main file of a worker thread");
const { generationPrecision } = workerData as InferenceData;

/** What a turn of the event loop has to say goes out together when it is over: a message costs as much as many characters. */
const outbox: FromInference[] = [];
function post(message: FromInference): void {
  if (outbox.push(message) === 1) queueMicrotask(() => port?.postMessage(outbox.splice(0)));
}
const fail = (request: number, error: unknown): void => post({ type: "error", request, error: toErrorMessage(error) });

const models = new LoadedModels((path) => loadModel(path, generationPrecision), { count: 64, bytes: 512 * 2 ** 20 });
const predictors = new LoadedModels(loadPredictor, { count: 16, bytes: 256 * 2 ** 20 });
const turns = new TextTurns();
const scores = new Scores(models, turns);
const streams = new TextStreams(
  { models, turns },
  {
    started: (request) => post({ type: "text-start", request }),
    delta: (request, delta) => post({ type: "text-delta", request, ...delta }),
    ended: (request, end) => post({ type: "text-end", request, ...end }),
    failed: fail,
  },
);
const forecasts = new Forecasts(models);
const backtests = new Backtests(forecasts, {
  rows: (request, rows) => post({ type: "backtest-rows", request, rows }),
  ended: (request, end) => post({ type: "backtest-end", request, end }),
});

async function score({ request, checkpoint, question }: ScoreRequest): Promise<void> {
  post({ type: "score-end", request, ...(await scores.answer(checkpoint.path, question)) });
}

async function forecast({ request, checkpoint, ...question }: ForecastRequest): Promise<void> {
  const answer = await forecasts.answer(checkpoint.path, { ...question, receivedAtMs: performance.now() });
  post({ type: "forecast-end", request, ...answer });
}

async function anomalies({ request, checkpoint, ...question }: AnomaliesRequest): Promise<void> {
  const answer = await forecasts.lend(checkpoint.path, (lent) => findAnomalies(lent, question));
  post({ type: "anomalies-end", request, ...answer });
}

async function begin({ request, checkpoint, ...start }: BeginSessionRequest): Promise<void> {
  const loan = await models.borrow(checkpoint.path);
  try {
    post({ type: "begin-session-end", request, kept: beginSession(loan.model, start) });
  } finally {
    loan.giveBack();
  }
}

async function observe({ request, checkpoint, ...order }: ObserveRequest): Promise<void> {
  const asked = { ...order, receivedAtMs: performance.now() };
  const answer = await forecasts.lend(checkpoint.path, (lent) => observeSession(lent, asked));
  post({ type: "observe-end", request, ...answer });
}

async function predict({ request, checkpoint, ...question }: PredictRequest): Promise<void> {
  const receivedAtMs = performance.now();
  const loan = await predictors.borrow(checkpoint.path);
  try {
    const startMs = performance.now();
    const outputs = loan.model.predict(question);
    const timings = { queue_ms: rounded(startMs - receivedAtMs), compute_ms: rounded(performance.now() - startMs) };
    const { meaning, vocabulary } = loan.model;
    post({ type: "predict-end", request, meaning, vocabulary, outputs, timings });
  } finally {
    loan.giveBack();
  }
}

async function tokenizer({ request, checkpoint }: TokenizerRequest): Promise<void> {
  const loan = await models.borrow(checkpoint.path);
  try {
    if (loan.model.task !== "text") throw appError("model_task_mismatch", "only a text model has a vocabulary");
    post({ type: "tokenizer-end", request, tokenizer: writeTokenizer(loan.model.vocabulary) });
  } finally {
    loan.giveBack();
  }
}

/** To whole microseconds. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}

function describe({ request, ...model }: DescribeRequest): void {
  post({ type: "describe-end", request, parameterCount: countParameters(model) });
}

function parts({ request, parameterCount, ...model }: PartsRequest): void {
  const design = { ...model, vocabularySize: null };
  const isKnown = model.task === "text" && parameterCount !== null;
  const vocabularySize = isKnown ? vocabularySizeOf(design, parameterCount) : null;
  post({ type: "parts-end", request, parts: countParts({ ...design, vocabularySize }) });
}

async function receive(message: ToInference): Promise<void> {
  switch (message.type) {
    case "generate":
      return streams.open(message.request, message.checkpoint.path, message);
    case "score":
      return score(message);
    case "forecast":
      return forecast(message);
    case "backtest":
      return backtests.run(message.request, message.checkpoint.path, message);
    case "anomalies":
      return anomalies(message);
    case "predict":
      return predict(message);
    case "begin-session":
      return begin(message);
    case "observe":
      return observe(message);
    case "tokenizer":
      return tokenizer(message);
    case "describe":
      return describe(message);
    case "parts":
      return parts(message);
    case "cancel":
      backtests.cancel(message.request);
      return streams.cancel(message.request);
    case "hold":
      return streams.hold(message.request);
    case "release":
      backtests.release(message.request);
      return streams.release(message.request);
    case "unload":
      predictors.unload(message.path);
      return models.unload(message.path);
  }
}

port.on("message", (message: ToInference) => {
  receive(message).catch((error: unknown) => {
    if ("request" in message) fail(message.request, error);
    else post({ type: "warning", message: `${message.type}: ${toErrorMessage(error).detail}` });
  });
});
post({ type: "ready", backend });
if (generationPrecision === "bf16" && backend.level !== "fused") {
  post({ type: "warning", message: "weights in bf16 need the fused kernels: text is generated in fp32" });
}
