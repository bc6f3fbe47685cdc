import { appError } from "../../errors.ts";
import type { Architecture } from "../../schemas/models.ts";
import type { HostTensor } from "../host-tensor.ts";
import { gateCount } from "../layers/gate-count.ts";

/** What createTextNetwork made, as a checkpoint holds it: embedding, recurrent/{layer}/..., head/.... */
export interface TextWeights {
  architecture: Architecture;
  vocabularySize: number;
  tensors: ReadonlyMap<string, HostTensor>;
}

/** Names and shapes of a layer's tensors. */
export function layerTensors({ architecture, vocabularySize }: TextWeights, layer: number) {
  const { cell, units, embedding_size: embeddingSize, reset_after: resetAfter } = architecture;
  const columns = gateCount[cell] * units;
  const inputs = layer === 0 ? (embeddingSize ?? vocabularySize) : units;
  const name = (part: string) => `recurrent/${layer}/${part}`;
  return {
    kernel: { name: name("kernel"), shape: [inputs, columns] },
    recurrentKernel: { name: name("recurrent_kernel"), shape: [units, columns] },
    bias: { name: name("bias"), shape: cell === "gru" && resetAfter ? [2, columns] : [columns] },
  };
}

/** All tensors of a text network: the embedding where there is one, of each layer kernel, recurrent kernel and bias, the head's kernel and bias. Throws checkpoint_corrupt. */
export function listTextTensors(weights: TextWeights): Float32Array[] {
  const { architecture, vocabularySize } = weights;
  const { embedding_size: embeddingSize, units, layers } = architecture;
  const embedding = embeddingSize === null ? [] : [{ name: "embedding", shape: [vocabularySize, embeddingSize] }];
  const recurrent = Array.from({ length: layers }, (_, layer) => Object.values(layerTensors(weights, layer))).flat();
  const head = [
    { name: "head/kernel", shape: [units, vocabularySize] },
    { name: "head/bias", shape: [vocabularySize] },
  ];
  return [...embedding, ...recurrent, ...head].map((tensor) => textTensor(weights, tensor));
}

/** One tensor, row-major. Throws checkpoint_corrupt. */
export function textTensor({ tensors }: TextWeights, { name, shape }: { name: string; shape: number[] }): Float32Array {
  const found = tensors.get(name);
  if (found?.data instanceof Float32Array && found.shape.join() === shape.join()) return found.data;
  const what = found === undefined ? "no such tensor" : `[${found.shape}]`;
  throw appError("checkpoint_corrupt", `expected tensor ${name} of shape [${shape}], got ${what}`);
}
