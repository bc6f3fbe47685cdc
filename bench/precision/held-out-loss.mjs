import { loadFusedKernels } from "../../dist/rnn/load-fused-kernels.js";
import { listTextTensors } from "../../dist/rnn/text/text-weights.js";

const windowLength = 100;
const together = 100;

/**
 * Mean cross-entropy in nats of a character after each of many windows of the text, with the weights that generate in fp32 or bf16.
 * `weights`: {architecture, vocabularySize, tensors} of an lstm; `tokens`: of the text held out.
 */
export function heldOutLoss(weights, tokens, { precision, windows }) {
  const { kernels, reason } = loadFusedKernels();
  if (kernels === null) throw new Error(reason);
  const { units, layers, embedding_size: embeddingSize } = weights.architecture;
  const { vocabularySize } = weights;
  const bf16 = precision === "bf16" ? 1 : 0;
  const shape = { cell: 1, units, layers, vocabularySize, embeddingSize: embeddingSize ?? 0, bf16 };
  const network = kernels.createTextNetwork(shape, listTextTensors(weights));
  const spacing = Math.floor((tokens.length - windowLength - 1) / windows);
  let sum = 0;
  for (let first = 0; first < windows; first += together) {
    const starts = Array.from({ length: Math.min(together, windows - first) }, (_, row) => (first + row) * spacing);
    const logits = logitsAfter(kernels, network, { starts, tokens, vocabularySize });
    for (const [row, start] of starts.entries()) {
      const label = tokens[start + windowLength];
      sum += crossEntropy(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize), label);
    }
  }
  kernels.release(network);
  return sum / windows;
}

/** [starts, vocabulary] */
function logitsAfter(kernels, network, { starts, tokens, vocabularySize }) {
  const usual = { characters: 1, random: Uint32Array.of(1, 2, 3, 4), temperature: 0, topK: 0, topP: 1, minP: 0 };
  const streams = starts.map((start) => {
    const prompt = Int32Array.from(tokens.subarray(start, start + windowLength));
    return kernels.openTextStream(network, { ...usual, repetitionPenalty: 1, prompt });
  });
  const count = streams.length;
  const logits = new Float32Array(count * vocabularySize);
  const advance = (steps, to) =>
    kernels.advanceText(network, streams, steps, new Int32Array(count * steps), new Int32Array(count), to);
  advance(windowLength - 1, null);
  advance(1, logits);
  for (const stream of streams) kernels.release(stream);
  return logits;
}

function crossEntropy(logits, label) {
  const most = logits.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - most), 0);
  return Math.log(total) + most - logits[label];
}
