import { appError } from "../src/errors.ts";
import { CharacterVocabulary } from "../src/rnn/text/vocabularies/character-vocabulary.ts";
import { writeTokenizer } from "../src/rnn/text/vocabularies/write-tokenizer.ts";
import type { SamplingParameters } from "../src/schemas/generation.ts";
import type { Backend } from "../src/schemas/health.ts";
import type { BacktestPart, InferencePool, TextPart } from "../src/workers/inference-pool.ts";

const keptOf = (length: number, seed: number | null) => ({ text: JSON.stringify({ length }), length, seed });
const backend: Backend = { level: "tensorflow", version: "2.21.0", precisions: ["fp32"], reason: null };

/** An inference thread that writes a text only its seed decides, and forecasts the last value. Tests may hold its streams. */
export class FakeInference implements InferencePool {
  loaded: Backend | null = backend;
  /** Parts handed out so far, of all streams. */
  parts = 0;
  charactersAPart = 8;
  unloaded: string[] = [];
  #open = 0;
  #gate: Promise<void> = Promise.resolve();
  #release = () => {};

  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release();
    this.#gate = Promise.resolve();
  }

  backend = () => this.loaded;
  ready = async () => this.loaded ?? backend;
  openStreams = () => this.#open;
  unload = (path: string) => void this.unloaded.push(path);
  close = async () => this.release();
  describe = async () => 1234;
  tokenizer = async () => writeTokenizer(CharacterVocabulary.of("to be"));
  networkParts = async () => ({
    ...{ inputSize: 3, embedding: 0, layers: [900, 100], layerOutputSize: 8, attention: 0, head: 234, outputSize: 5 },
    members: 1,
  });

  predict: InferencePool["predict"] = async ({ inputs, include }) => ({
    ...{ meaning: "values", vocabulary: null, timings: { queue_ms: 0.1, compute_ms: 0.2 } },
    outputs: inputs.map(() => ({
      outputs: [[0.25, 0.75]],
      final_state: [{ hidden: [0.5] }],
      ...(include.includes("attention") && { attention: [[0.125, 0.875]] }),
    })),
  });

  score: InferencePool["score"] = async ({ question: { text, prompt } }) => ({
    logprobs: [...text].map((character) => ({
      ...{ token: character.charCodeAt(0), text: character, log_probability: -1, top: [] },
    })),
    ...{ log_probability: -text.length, characters: text.length, bits_per_character: 1 / Math.LN2 },
    ...{ perplexity: Math.E, usage: { prompt_tokens: prompt.length, scored_tokens: text.length } },
    timings: { queue_ms: 0.1, compute_ms: 0.2 },
  });

  /** A state is the number of characters, or values, so far. */
  beginSession: InferencePool["beginSession"] = async ({ seed, series: { target = [] } }) =>
    keptOf(target.length, seed);

  observe: InferencePool["observe"] = async ({ state, observations }) => {
    const { length } = JSON.parse(state) as { length: number };
    return { kept: keptOf(length + observations.length, null), missing: 1, forecast: null };
  };

  async generate({
    parameters,
    session,
    signal,
  }: Parameters<InferencePool["generate"]>[0]): Promise<AsyncIterable<TextPart>> {
    if (parameters.prompt.includes("☃")) {
      throw appError("prompt_characters_unknown", "expected characters of the vocabulary, got ☃", {
        errors: [{ pointer: "/prompt", code: "unknown_character", message: "not in the vocabulary", value: "☃" }],
      });
    }
    this.#open++;
    return this.#write(parameters, { session: session ?? null, signal });
  }

  async *#write(
    parameters: SamplingParameters,
    { session = null, signal }: Pick<Parameters<InferencePool["generate"]>[0], "session" | "signal">,
  ): AsyncIterable<TextPart> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    let written = 0;
    let isStopped = false;
    try {
      while (written < parameters.max_tokens && !isStopped) {
        await Promise.race([this.#gate, aborted]);
        if (signal.aborted) break;
        let text = "";
        while (text.length < this.charactersAPart && written + text.length < parameters.max_tokens) {
          text += String.fromCharCode(97 + ((parameters.seed * 31 + (written + text.length) * 7) % 26));
        }
        isStopped = parameters.stop.some((stop) => text.includes(stop));
        this.parts++;
        yield { type: "delta", text, index: written };
        written += text.length;
      }
      const finishReason = signal.aborted ? "cancelled" : isStopped ? "stop" : "length";
      const counts = { promptTokens: parameters.prompt.length, completionTokens: written };
      const { length = 0 } = JSON.parse(session?.state ?? "{}") as { length?: number };
      const kept = session && keptOf(length + parameters.prompt.length + written, parameters.seed);
      yield { type: "end", finishReason, ...counts, timings: { queue_ms: 0.1, compute_ms: 0.2 }, kept };
    } finally {
      this.#open--;
    }
  }

  /** A row for each window of the first series. */
  backtest: InferencePool["backtest"] = async ({ source, windows, horizon, step }) => {
    const target = source.type === "inputs" ? source.inputs[0]!.target : [1, 2, 3, 4];
    const steps = horizon ?? 3;
    const none = { mase: null, smape: 0, rmsse: null, weighted_quantile_loss: 0 };
    const metrics = { ...none, coverage: { "0.8": 1 }, seasonal_naive: none, skill: null };
    async function* parts(): AsyncIterable<BacktestPart> {
      const values = Array<number>(steps).fill(1);
      for (let window = 1; window <= windows; window++) {
        const facts = { id: "a", window, cutoff: target.length - steps, timestamps: null, actual: values };
        const rows = [{ ...facts, mean: values, median: values, quantiles: { "0.5": values }, seen_in_training: null }];
        yield { type: "rows", rows: rows.map((row) => JSON.stringify(row)) };
      }
      const calibration = { method: "none" as const, target: null, empirical: null, holdout_values: 0 };
      const counts = { horizon: steps, step: step ?? steps, forecasts: windows, skipped: 0, windows: [] };
      yield { type: "end", end: { ...counts, metrics, calibration, timings: { queue_ms: 0.1, compute_ms: 0.2 } } };
    }
    return parts();
  };

  anomalies: InferencePool["anomalies"] = async ({ inputs }) => {
    const outputs = inputs.map(({ target }) => {
      const lists = { actual: target.slice(-1), median: [1], lower: [0], upper: [2], score: [-0.5] };
      return { id: null, from: target.length - 1, missing: 0, timestamps: null, ...lists, anomalies: { "0.95": [] } };
    });
    const calibration = { method: "none" as const, target: null, empirical: null, holdout_values: 0 };
    const thresholds = [{ level: 0.95, score: 1, method: "holdout" as const }];
    const answer = { outputs: JSON.stringify(outputs), points: inputs.length, thresholds, calibration };
    return { ...answer, timings: { queue_ms: 0.1, compute_ms: 0.2 } };
  };

  async forecast({ inputs, horizon, quantiles }: Parameters<InferencePool["forecast"]>[0]) {
    const steps = horizon ?? 3;
    const outputs = inputs.map(({ id, target }) => {
      if (target.length < 4) throw appError("history_too_short", `expected at least 4 values, got ${target.length}`);
      const values = Array<number>(steps).fill(target.at(-1) ?? 0);
      const levels = Object.fromEntries((quantiles ?? [0.1, 0.5, 0.9]).map((level) => [String(level), values]));
      return { id: id ?? null, timestamps: null, mean: values, median: values, quantiles: levels };
    });
    const calibration = { method: "none" as const, target: null, empirical: null, holdout_values: 0 };
    const text = JSON.stringify(outputs);
    return {
      horizon: steps,
      series: outputs.length,
      outputs: text,
      calibration,
      timings: { queue_ms: 0.1, compute_ms: 0.2 },
    };
  }
}
