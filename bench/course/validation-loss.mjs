/**
 * An LSTM of two layers learns a text, ours and PyTorch's with the same settings: the loss on the text held back, side by side.
 * PyTorch begins once with our first weights and once with its own. Ten minutes on two cores; after `npm run setup`:
 *
 *   node bench/course/validation-loss.mjs TEXT.txt [steps]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveCheckpoint } from "../../dist/rnn/save-checkpoint.js";
import { train } from "../../dist/rnn/train.js";
import { createTrainingState, disposeTrainingState } from "../../dist/rnn/training-state.js";
import { peersPython } from "../peers-python.mjs";
import { startPeer } from "../start-peer.mjs";
import { trainingSpec } from "../workloads/training-spec.mjs";

const [text, steps = "3000"] = process.argv.slice(2);
if (text === undefined) throw new Error("expected the path of a text: node bench/course/validation-loss.mjs TEXT.txt");
const rounds = 6;
const every = Math.ceil(Number(steps) / rounds);
const shape = { cell: "lstm", units: 128, layers: 2, batch: 50, time: 50, precision: "fp32" };
const common = { learning_rate: 0.002, clip_norm: 5, validation_fraction: 0.1 };

async function firstWeights(spec) {
  const state = await createTrainingState(spec);
  const { path } = await saveCheckpoint(spec, state, {});
  disposeTrainingState(state);
  return path;
}

/** Ours at each checkpoint. */
async function ourLosses(spec) {
  const losses = [];
  const keep = ({ type, metrics }) => type === "checkpoint" && losses.push(metrics.validation_loss);
  await train(spec, keep, new AbortController().signal);
  return losses;
}

async function theirLosses(weights, variants) {
  const python = await peersPython({ say: console.error });
  const peer = await startPeer(
    "train_pytorch.py",
    { shape, text, weights, variants, ...common },
    { python, threads: 2 },
  );
  try {
    const losses = [];
    for (let round = 0; round < rounds; round++) {
      const row = [];
      for (const variant of variants) {
        await peer.ask({ variant, losses: every });
        row.push((await peer.ask({ variant, validation: true })).validation_loss);
      }
      losses.push(row);
    }
    return losses;
  } finally {
    await peer.stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), "unroll-course-"));
try {
  const { cell, units, layers, batch, time } = shape;
  const training = { batch_size: batch, sequence_length: time, optimizer: "adam", seed: 1, sample_every: null };
  const spec = await trainingSpec({
    architecture: { cell, units, layers },
    training: { ...training, ...common, steps: every * rounds, checkpoint_every: every },
    text,
    folder,
  });
  const weights = await firstWeights(spec);
  const theirs = await theirLosses(weights, ["one-hot", "own weights"]);
  const ours = await ourLosses(spec);
  console.log("| step | Unroll | PyTorch, the same first weights | ratio | PyTorch, its own first weights | ratio |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [round, losses] of theirs.entries()) {
    const figures = losses.flatMap((loss) => [loss.toFixed(4), (ours[round] / loss).toFixed(4)]);
    console.log(`| ${(round + 1) * every} | ${ours[round].toFixed(4)} | ${figures.join(" | ")} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
