import type { CheckpointContents } from "../../../src/rnn/checkpoint.ts";
import type { HostTensor } from "../../../src/rnn/host-tensor.ts";
import { gateCount } from "../../../src/rnn/layers/gate-count.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import type { Architecture } from "../../../src/schemas/models.ts";
import { architectureOf } from "../../architecture.ts";

const training: TrainingSettings = {
  epochs: 1,
  steps: 1,
  batch_size: 1,
  learning_rate: 0.001,
  optimizer: "adam",
  weight_decay: 0,
  schedule: { type: "constant", warmup_steps: 0 } as TrainingSettings["schedule"],
  clip_norm: null,
  early_stopping: null,
  checkpoint_every: 1,
  sample_every: null,
  seed: 1,
};

/** A checkpoint that was never trained: random weights, made without TensorFlow. */
export function randomTextCheckpoint(changes: Partial<Architecture>, characters: string[]): CheckpointContents {
  const architecture = architectureOf({ units: 16, ...changes });
  const { cell, units, layers, embedding_size: embeddingSize } = architecture;
  const random = new Random(7);
  const tensors = new Map<string, HostTensor>();
  const add = (name: string, shape: number[], scale: number) => {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors.set(`model/${name}`, { shape, data: Float32Array.from({ length: size }, () => scale * random.normal()) });
  };
  const columns = gateCount[cell] * units;
  if (embeddingSize !== null) add("embedding", [characters.length, embeddingSize], 1);
  for (let layer = 0; layer < layers; layer += 1) {
    const inputs = layer === 0 ? (embeddingSize ?? characters.length) : units;
    add(`recurrent/${layer}/kernel`, [inputs, columns], layer === 0 ? 1 : 1 / Math.sqrt(units));
    add(`recurrent/${layer}/recurrent_kernel`, [units, columns], 1 / Math.sqrt(units));
    add(`recurrent/${layer}/bias`, cell === "gru" && architecture.reset_after ? [2, columns] : [columns], 0.5);
  }
  add("head/kernel", [units, characters.length], 4 / Math.sqrt(units));
  add("head/bias", [characters.length], 0.5);
  const description = {
    task: "text" as const,
    architecture,
    forecast: null,
    sequence: null,
    training,
    datasetSha256: "0".repeat(64),
    step: 1,
    metrics: {},
    taskDescription: { vocabulary: characters },
    resume: {},
  };
  return { description, tensors };
}
