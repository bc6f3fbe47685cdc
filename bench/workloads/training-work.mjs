import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { corpusOf } from "./corpus-of.mjs";

export const learningRate = 0.002;
export const clipNorm = 5;
const neverSteps = 1_000_000;

/** What bench/contenders/train-unroll.mjs is given for a shape, with a text of so many steps a block. */
export async function trainingWork(shape, { steps, folder, tellsLosses = false, exports = false }) {
  const { cell, units, layers, batch, time, vocabulary, precision } = shape;
  const text = join(folder, `corpus-${batch}-${time}-${steps}.txt`);
  await writeFile(text, corpusOf(batch * time * steps + 1, vocabulary));
  const training = {
    epochs: 100_000,
    batch_size: batch,
    sequence_length: time,
    learning_rate: learningRate,
    optimizer: "adam",
    clip_norm: clipNorm,
    validation_fraction: 0,
    checkpoint_every: neverSteps,
    seed: 1,
    ...(tellsLosses ? { sample_every: 1, sample_length: 1 } : { sample_every: null }),
    ...(precision === "fp32" ? {} : { precision }),
  };
  return { architecture: { cell, units, layers }, training, text, folder, exports };
}
