// What bf16 costs in loss, in training and in generation, as two tables:
//   node bench/precision/compare-losses.mjs [TEXT] [STEPS] [UNITS]
// Trains LSTM 512x2 on a text (a bundled sample by default) for 1,000 steps in fp32 and in bf16 from the same first weights; then scores
// the text held out with each network's weights as they generate, in fp32 and in bf16.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSample } from "../../dist/demo/write-sample.js";
import { readCheckpoint, tensorGroup } from "../../dist/rnn/checkpoint.js";
import { readVocabulary } from "../../dist/rnn/text/vocabularies/read-vocabulary.js";
import { train } from "../../dist/rnn/train.js";
import { trainingSpec } from "../workloads/training-spec.mjs";
import { heldOutLoss } from "./held-out-loss.mjs";

const precisions = ["fp32", "bf16"];
const validationFraction = 0.1;
const [given, steps = "1000", units = "512"] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "unroll-precision-"));

async function textFile() {
  if (given) return given;
  const file = join(folder, "sample.txt");
  await writeSample("moby-dick", file);
  return file;
}

/** The last checkpoint of a run, and the time of a step. */
async function trained(text, precision) {
  const training = {
    ...{ steps: Number(steps), checkpoint_every: Number(steps), sample_every: null, seed: 1, precision },
    validation_fraction: validationFraction,
  };
  const architecture = { cell: "lstm", units: Number(units), layers: 2 };
  const spec = await trainingSpec({ architecture, training, text, folder });
  let last = null;
  const startMs = performance.now();
  const keepLast = (event) => {
    if (event.type === "checkpoint") last = event;
  };
  await train(spec, keepLast, new AbortController().signal);
  return { ...last, stepMs: (performance.now() - startMs) / Number(steps) };
}

async function generationLosses({ file }, text) {
  const { description, tensors } = await readCheckpoint(file.path);
  const vocabulary = readVocabulary(description.taskDescription.vocabulary);
  const { ids } = vocabulary.encode(await readFile(text, "utf8"));
  const tokens = ids.subarray(-Math.floor(ids.length * validationFraction));
  const { architecture } = description;
  const weights = { architecture, vocabularySize: vocabulary.size, tensors: tensorGroup(tensors, "model") };
  return precisions.map((precision) => heldOutLoss(weights, tokens, { precision, windows: 4000 }));
}

const inPercent = (loss, reference) => `${((loss / reference - 1) * 100).toFixed(3)} %`;

try {
  const text = await textFile();
  const runs = [];
  for (const precision of precisions) {
    runs.push(await trained(text, precision));
    console.error(`trained in ${precision}: ${runs.at(-1).stepMs.toFixed(0)} ms a step`);
  }
  const [exact, rounded] = runs.map(({ metrics }) => metrics.validation_loss);
  console.log(`LSTM ${units}x2, ${steps} steps | validation loss | beside fp32`);
  console.log(`--- | --- | ---\ntrained in fp32 | ${exact.toFixed(5)} |`);
  console.log(`trained in bf16 | ${rounded.toFixed(5)} | ${inPercent(rounded, exact)}`);
  console.log("\nweights | generation in fp32 | in bf16 | beside fp32\n--- | --- | --- | ---");
  for (const [index, precision] of precisions.entries()) {
    const [full, half] = await generationLosses(runs[index], text);
    console.log(`trained in ${precision} | ${full.toFixed(5)} | ${half.toFixed(5)} | ${inPercent(half, full)}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
