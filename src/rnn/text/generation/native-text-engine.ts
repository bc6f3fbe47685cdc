import type { GenerationPrecision } from "../../../schemas/generation.ts";
import type { Cell } from "../../../schemas/models.ts";
import { listTextTensors, type TextWeights } from "../text-weights.ts";
import type { NetworkShape, StreamHandle, TextAddon } from "./text-addon.ts";
import type { StreamStart, TextEngine } from "./text-engine.ts";

/** The engine of native/generate/: all streams in one call, sampling inside. Throws checkpoint_corrupt. */
export function createNativeTextEngine(
  addon: TextAddon,
  weights: TextWeights,
  precision: GenerationPrecision,
): TextEngine<StreamHandle> {
  const bf16 = precision === "bf16" ? 1 : 0;
  const network = addon.createTextNetwork({ ...networkShape(weights), bf16 }, listTextTensors(weights));
  return {
    bytes: network.bytes,
    open: (start) => addon.openTextStream(network, streamOptions(start)),
    advance: (streams, steps) => {
      const tokens = new Int32Array(streams.length * steps);
      const counts = new Int32Array(streams.length);
      addon.advanceText(network, streams, steps, tokens, counts, null);
      return streams.map((_, row) => {
        const count = counts[row]!;
        return count < 0 ? null : tokens.subarray(row * steps, row * steps + count);
      });
    },
    close: (stream) => addon.release(stream),
    dispose: () => addon.release(network),
  };
}

function networkShape({ architecture, vocabularySize }: TextWeights): Omit<NetworkShape, "bf16"> {
  const { cell, units, layers, embedding_size: embeddingSize, reset_after: resetAfter } = architecture;
  const cells: Partial<Record<Cell, NetworkShape["cell"]>> = { simple_rnn: 0, lstm: 1, gru: resetAfter ? 2 : 3 };
  return { cell: cells[cell]!, units, layers, vocabularySize, embeddingSize: embeddingSize ?? 0 };
}

function streamOptions({ prompt, characters, rule, random }: StreamStart) {
  return { prompt, characters, random: Uint32Array.from(random), ...rule, topK: rule.topK ?? 0 };
}
