import { appError } from "../../../errors.ts";
import type { Architecture } from "../../../schemas/models.ts";
import type { HostTensor } from "../../host-tensor.ts";
import { gateCount } from "../../layers/gate-count.ts";
import type { DecoderState, TextDecoder } from "../text-decoder.ts";
import { packMatrix, padRows } from "./pack-matrix.ts";
import { createRecurrentStep, type RecurrentStep } from "./recurrent-step.ts";
import { padded, VectorMemory } from "./vector-memory.ts";

/** What createTextNetwork made, as a checkpoint holds it: embedding, recurrent/{layer}/..., head/.... */
export interface TextWeights {
  architecture: Architecture;
  vocabularySize: number;
  tensors: ReadonlyMap<string, HostTensor>;
}

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
    initialState: () => layers.map(() => Array.from({ length: vectors }, () => new Float32Array(width))),
    read: (tokens, state) => {
      for (const token of tokens) advance(token, state);
    },
    step: (token, state) => {
      advance(token, state);
      return head.logits(state.at(-1)![0]!);
    },
  };
}

function layerStep(weights: TextWeights, layer: number): RecurrentStep {
  const { cell, units, embedding_size: embeddingSize, reset_after: resetAfter } = weights.architecture;
  const columns = gateCount[cell] * units;
  const firstSize = embeddingSize ?? weights.vocabularySize;
  const inputSize = layer === 0 ? firstSize : units;
  const name = (part: string) => `recurrent/${layer}/${part}`;
  return createRecurrentStep({
    cell,
    resetAfter,
    units,
    inputs: layer === 0 && embeddingSize === null ? "tokens" : "vectors",
    inputSize,
    kernel: tensor(weights, name("kernel"), [inputSize, columns]),
    recurrentKernel: tensor(weights, name("recurrent_kernel"), [units, columns]),
    bias: tensor(weights, name("bias"), cell === "gru" && resetAfter ? [2, columns] : [columns]),
  });
}

function embeddingRows(weights: TextWeights): { bytes: number; row(token: number): Float32Array } | null {
  const { vocabularySize, architecture } = weights;
  const size = architecture.embedding_size;
  if (size === null) return null;
  const values = tensor(weights, "embedding", [vocabularySize, size]);
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
  const values = tensor(weights, "head/kernel", [architecture.units, vocabularySize]);
  const kernel = memory.array(width * outputs);
  packMatrix({ values, rows: architecture.units, blocks: 1, width: vocabularySize }, kernel, width);
  const bias = tensor(weights, "head/bias", [vocabularySize]);
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

function tensor({ tensors }: TextWeights, name: string, shape: number[]): Float32Array {
  const found = tensors.get(name);
  if (found?.data instanceof Float32Array && found.shape.join() === shape.join()) return found.data;
  const what = found === undefined ? "no such tensor" : `[${found.shape}]`;
  throw appError("checkpoint_corrupt", `expected tensor ${name} of shape [${shape}], got ${what}`);
}
