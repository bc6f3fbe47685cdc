/** Objects of the addon that only it can make or read. */
export interface NetworkHandle {
  /** Memory it holds. */
  readonly bytes: number;
}
export interface StreamHandle {
  readonly handle: "stream";
}

export interface NetworkShape {
  /** 0 simple_rnn, 1 lstm, 2 gru, 3 gru whose reset gate acts before the product. */
  cell: 0 | 1 | 2 | 3;
  units: number;
  layers: number;
  vocabularySize: number;
  /** 0: one-hot characters. */
  embeddingSize: number;
  /** 1: weights of half the size. */
  bf16: 0 | 1;
}

export interface StreamOptions {
  prompt: Int32Array;
  characters: number;
  random: Uint32Array; // [4]
  temperature: number;
  /** 0: all. */
  topK: number;
  topP: number;
  minP: number;
  typicalP: number;
  repetitionPenalty: number;
  /** The text, where it is measured instead of drawn. */
  given: Int32Array | null;
  bias: Float32Array | null; // [vocabulary]
  constraint: { next: Int32Array; distances: Int32Array } | null; // [places, vocabulary], [places]
  /** Likeliest tokens to tell of beside each that comes; -1 tells nothing. */
  alternatives: number;
  /** 1: of the allowed tokens alone. */
  allowedAlone: 0 | 1;
}

export interface AdvanceOutputs {
  steps: number;
  /** Each row from its start. */
  tokens: Int32Array; // [streams, steps]
  /** Of tokens drawn, or given ones passed; -1 where a logit is not finite. */
  counts: Int32Array; // [streams]
  /** What each token was drawn from, before any rule. */
  logits: Float32Array | null; // [streams, steps, vocabulary]
  /** Of each stream that is told of, one after the other: the token that came, then the likeliest; -1 behind the last allowed. */
  toldTokens: Int32Array | null; // [steps, 1 + alternatives] each
  toldLogProbabilities: Float64Array | null; // [steps, 1 + alternatives] each
}

/** What native/generate/ exports. Calls that are not as declared throw a TypeError. */
export interface TextAddon {
  /** Copies the arrays: the embedding where there is one, of each layer kernel, recurrent kernel and bias, the head's kernel and bias. */
  createTextNetwork(shape: NetworkShape, arrays: Float32Array[]): NetworkHandle;
  openTextStream(network: NetworkHandle, options: StreamOptions): StreamHandle;
  /** Another stream, which took this token instead of the last one drawn. */
  branchTextStream(stream: StreamHandle, token: number): StreamHandle;
  advanceText(network: NetworkHandle, streams: readonly StreamHandle[], outputs: AdvanceOutputs): void;
  /** Fills state [layers, 1 or 2, units] and random [4] with what the stream goes on from. */
  saveTextState(stream: StreamHandle, state: Float32Array, random: Uint32Array): void;
  /** A new stream begins with the state; `seen` are tokens that came before its prompt, null where none did. */
  restoreTextState(stream: StreamHandle, state: Float32Array, seen: Int32Array | null): void;
  release(handle: NetworkHandle | StreamHandle): void;
}
