import type { GenerationPrecision } from "../../../schemas/generation.ts";
import type { Cell } from "../../../schemas/models.ts";
import type { RandomState } from "../../random.ts";
import { listTextTensors, type TextWeights } from "../text-weights.ts";
import type { NetworkHandle, NetworkShape, StreamHandle, StreamOptions, TextAddon } from "./text-addon.ts";
import type { Drawn, StreamStart, TextEngine } from "./text-engine.ts";

interface NativeStream {
  handle: StreamHandle;
  /** Numbers that a step tells: 1 + alternatives, or 0. */
  width: number;
}

/** The engine of native/generate/: all streams in one call, sampling inside. Throws checkpoint_corrupt. */
export function createNativeTextEngine(
  addon: TextAddon,
  weights: TextWeights,
  precision: GenerationPrecision,
): TextEngine<NativeStream> {
  const bf16 = precision === "bf16" ? 1 : 0;
  const network = addon.createTextNetwork({ ...networkShape(weights), bf16 }, listTextTensors(weights));
  const { cell, layers, units } = weights.architecture;
  const stateSize = layers * (cell === "lstm" ? 2 : 1) * units;
  return {
    bytes: network.bytes,
    stateSize,
    open: (start) => {
      const options = streamOptions(start);
      const handle = addon.openTextStream(network, options);
      const { state, seen } = start.earlier ?? { state: null, seen: new Int32Array(0) };
      if (state !== null) addon.restoreTextState(handle, state, seen.length > 0 ? seen : null);
      return { handle, width: 1 + options.alternatives };
    },
    advance: (streams, steps) => advance({ addon, network }, streams, steps),
    branch: ({ handle, width }, token) => ({ handle: addon.branchTextStream(handle, token), width }),
    save: ({ handle }) => {
      const state = new Float32Array(stateSize);
      const random = new Uint32Array(4);
      addon.saveTextState(handle, state, random);
      return { state, random: [...random] as RandomState };
    },
    close: ({ handle }) => addon.release(handle),
    dispose: () => addon.release(network),
  };
}

function advance(
  { addon, network }: { addon: TextAddon; network: NetworkHandle },
  streams: readonly NativeStream[],
  steps: number,
): (Drawn | null)[] {
  const told = steps * streams.reduce((sum, { width }) => sum + width, 0);
  const outputs = {
    steps,
    tokens: new Int32Array(streams.length * steps),
    counts: new Int32Array(streams.length),
    logits: null,
    toldTokens: told > 0 ? new Int32Array(told) : null,
    toldLogProbabilities: told > 0 ? new Float64Array(told) : null,
  };
  const handles = streams.map(({ handle }) => handle);
  addon.advanceText(network, handles, outputs);
  let first = 0;
  return streams.map(({ width }, row) => {
    const [from, count] = [first, outputs.counts[row]!];
    first += steps * width;
    if (count < 0) return null;
    const tokens = outputs.tokens.subarray(row * steps, row * steps + count);
    if (width === 0) return { tokens, likelihoods: null };
    const own = [from, from + count * width] as const;
    const logProbabilities = outputs.toldLogProbabilities!.subarray(...own);
    return { tokens, likelihoods: { tokens: outputs.toldTokens!.subarray(...own), logProbabilities } };
  });
}

function networkShape({ architecture, vocabularySize }: TextWeights): Omit<NetworkShape, "bf16"> {
  const { cell, units, layers, embedding_size: embeddingSize, reset_after: resetAfter } = architecture;
  const cells: Partial<Record<Cell, NetworkShape["cell"]>> = { simple_rnn: 0, lstm: 1, gru: resetAfter ? 2 : 3 };
  return { cell: cells[cell]!, units, layers, vocabularySize, embeddingSize: embeddingSize ?? 0 };
}

function streamOptions({ prompt, characters, rule, random, ...more }: StreamStart): StreamOptions {
  const { given = null, bias = null, constraint = null, alternatives = null } = more;
  return {
    ...{ prompt, characters, random: Uint32Array.from(random), ...rule, topK: rule.topK ?? 0 },
    ...{ given, bias, constraint, alternatives: alternatives ?? -1, allowedAlone: more.allowedAlone ? 1 : 0 },
  };
}
