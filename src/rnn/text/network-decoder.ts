import { type Tensor2D, tf } from "../backend.ts";
import { Parameters } from "../parameters.ts";
import type { DecoderState, TextDecoder } from "./text-decoder.ts";
import { createTextNetwork } from "./text-network.ts";
import type { TextWeights } from "./text-weights.ts";

/** A decoder that runs the network it was trained as, on TensorFlow: of any architecture. Throws checkpoint_corrupt. */
export function createNetworkDecoder({ architecture, vocabularySize, tensors }: TextWeights): TextDecoder {
  const parameters = new Parameters(tensors);
  const network = createTextNetwork(architecture, vocabularySize, parameters);
  const first = network.initialStates(1);
  const sizes = first.map((layer) => layer.map(({ size }) => size));
  tf.dispose(first);

  /** Reads the tokens and writes the new state in place; the logits after the last, or after each [tokens, vocabulary]. */
  const advance = (tokens: Int32Array, state: DecoderState, wanted: "last" | "each"): Float32Array =>
    tf.tidy(() => {
      const ids = tf.tensor2d(tokens, [1, tokens.length], "int32");
      const states = state.map((layer) => layer.map((values) => tf.tensor2d(values, [1, values.length])));
      const { logits, finalStates } = network.apply({ ids, states, random: null });
      for (const [index, layer] of finalStates.entries()) {
        for (const [part, tensor] of layer.entries()) state[index]![part]!.set(tensor.dataSync() as Float32Array);
      }
      if (wanted === "each") return logits.dataSync() as Float32Array;
      const last = tf.slice(logits, [tokens.length - 1, 0], [1, -1]) as Tensor2D;
      return last.dataSync() as Float32Array;
    }) as unknown as Float32Array;

  return {
    vocabularySize,
    bytes: [...parameters.variables.values()].reduce((sum, { size }) => sum + 4 * size, 0),
    stateSizes: sizes,
    initialState: () => sizes.map((layer) => layer.map((size) => new Float32Array(size))),
    read: (tokens, state) => {
      if (tokens.length > 0) advance(tokens, state, "last");
    },
    step: (token, state) => advance(Int32Array.of(token), state, "last"),
    stepEach: (tokens, state) => advance(tokens, state, "each"),
    dispose: () => parameters.dispose(),
  };
}
