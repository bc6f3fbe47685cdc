import type { DecoderState, TextDecoder } from "../text-decoder.ts";
import { layerTensors, type TextWeights, textTensor } from "../text-weights.ts";
import { packMatrix, padRows } from "./pack-matrix.ts";
import { createRecurrentStep, type RecurrentStep } from "./recurrent-step.ts";
import { padded, VectorMemory } from "./vector-memory.ts";

/** A decoder on WebAssembly's vectors: no tensors, and the same text on every machine. Throws checkpoint_corrupt. */
export function createTextDecoder(weights: TextWeights): TextDecoder {
  const { architecture, vocabularySize } = weights;
  const embedding = embeddingRows(weights);
  const layers = Array.from({ length: architecture.layers }, (_, layer) => layerStep(weights, layer));
  const head = outputHead(weights);
  const width = padded(architecture.units);
  const vectors = architecture.cell === "lstm" ? 2 : 1;

  const advance = (token: number, state: DecoderState): void => {
    let input = embedding === null ? token : embedding.row(token);
    for (const [layer, step] of layers.entries()) {
      const layerState = state[layer]!;
      step.advance(input, layerState);
      input = layerState[0]!;
    }
  };
  return {
    vocabularySize,
    bytes: layers.reduce((sum, { bytes }) => sum + bytes, head.bytes + (embedding?.bytes ?? 0)),
    stateSizes: layers.map(() => Array.from({ length: vectors }, () => architecture.units)),
    initialState: () => layers.map(() => Array.from({ length: vectors }, () => new Float32Array(width))),
    read: (tokens, state) => {
      for (const token of tokens) advance(token, state);
    },
    step: (token, state) => {
      advance(token, state);
      return head.logits(state.at(-1)![0]!);
    },
    stepEach: (tokens, state) => {
      const logits = new Float32Array(tokens.length * vocabularySize);
      for (const [index, token] of tokens.entries()) {
        advance(token, state);
        logits.set(head.logits(state.at(-1)![0]!), index * vocabularySize);
      }
      return logits;
    },
    dispose: () => undefined,
  };
}

function layerStep(weights: TextWeights, layer: number): RecurrentStep {
  const { cell, units, embedding_size: embeddingSize, reset_after: resetAfter } = weights.architecture;
  const { kernel, recurrentKernel, bias } = layerTensors(weights, layer);
  return createRecurrentStep({
    cell,
    resetAfter,
    units,
    inputs: layer === 0 && embeddingSize === null ? "tokens" : "vectors",
    inputSize: kernel.shape[0]!,
    kernel: textTensor(weights, kernel),
    recurrentKernel: textTensor(weights, recurrentKernel),
    bias: textTensor(weights, bias),
  });
}

function embeddingRows(weights: TextWeights): { bytes: number; row(token: number): Float32Array } | null {
  const { vocabularySize, architecture } = weights;
  const size = architecture.embedding_size;
  if (size === null) return null;
  const values = textTensor(weights, { name: "embedding", shape: [vocabularySize, size] });
  const rows = padRows({ values, rows: vocabularySize, blocks: 1, width: size }, null);
  const width = padded(size);
  return { bytes: rows.byteLength, row: (token) => rows.subarray(token * width, (token + 1) * width) };
}

/** hidden * kernel + bias. */
function outputHead(weights: TextWeights): { bytes: number; logits(hidden: Float32Array): Float32Array } {
  const { vocabularySize, architecture } = weights;
  const width = padded(architecture.units);
  const outputs = padded(vocabularySize);
  const memory = new VectorMemory(width * outputs + outputs + width);
  const values = textTensor(weights, { name: "head/kernel", shape: [architecture.units, vocabularySize] });
  const kernel = memory.array(width * outputs);
  packMatrix({ values, rows: architecture.units, blocks: 1, width: vocabularySize }, kernel, width);
  const bias = textTensor(weights, { name: "head/bias", shape: [vocabularySize] });
  const sums = memory.array(outputs);
  const vector = memory.array(width);
  const logits = sums.subarray(0, vocabularySize);
  return {
    bytes: memory.bytes,
    logits: (hidden) => {
      vector.set(hidden);
      logits.set(bias);
      memory.multiplyAdd(vector, kernel, sums);
      return logits;
    },
  };
}
