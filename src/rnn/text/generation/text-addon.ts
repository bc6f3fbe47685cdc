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
  repetitionPenalty: number;
}

/** What native/generate/ exports. Calls that are not as declared throw a TypeError. */
export interface TextAddon {
  /** Copies the arrays: the embedding where there is one, of each layer kernel, recurrent kernel and bias, the head's kernel and bias. */
  createTextNetwork(shape: NetworkShape, arrays: Float32Array[]): NetworkHandle;
  openTextStream(network: NetworkHandle, options: StreamOptions): StreamHandle;
  /**
   * Fills tokens [streams, steps], each row from its start, and counts [streams], -1 where a logit is not finite; and, unless
   * null, logits [streams, steps, vocabulary]: what each token was drawn from, before any rule.
   */
  advanceText(
    network: NetworkHandle,
    streams: readonly StreamHandle[],
    steps: number,
    tokens: Int32Array,
    counts: Int32Array,
    logits: Float32Array | null,
  ): void;
  release(handle: NetworkHandle | StreamHandle): void;
}
