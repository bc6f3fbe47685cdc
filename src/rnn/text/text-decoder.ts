/** Of each layer the hidden state, and the cell state where the cell has one; attention's memory after them. Belongs to one stream. */
export type DecoderState = Float32Array[][]; // [layers][1 or 2][units, padded as the decoder needs it]

/** A text network that goes on one character at a time, for one stream. */
export interface TextDecoder {
  readonly vocabularySize: number;
  /** Memory it holds. */
  readonly bytes: number;
  /** Of each layer's parts of the state, without padding. */
  readonly stateSizes: readonly (readonly number[])[];
  /** Zeros, as at the start of a training stream. */
  initialState(): DecoderState;
  /** Moves the state on over tokens whose logits nobody needs. */
  read(tokens: Int32Array, state: DecoderState): void;
  /** Moves the state on by one token; returns the logits of the next [vocabulary], valid until the decoder's next call. */
  step(token: number, state: DecoderState): Float32Array;
  /** Moves the state on over the tokens; the logits after each. */
  stepEach(tokens: Int32Array, state: DecoderState): Float32Array; // [tokens, vocabulary]
  dispose(): void;
}
