// node bench/course/forgetting.mjs: an LSTM learns from Moby Dick, then from TypeScript (the service's own source); what it has
// forgotten of the book, with and without replay and an elastic penalty, as a Markdown table. Two to five minutes on two cores.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTraining, writeData } from "./run-training.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const characters = 300_000;
const steps = Number(process.argv[2] ?? 800);
const contenders = [
  ["nothing", {}],
  ["replay, share 0.1", { replay: { share: 0.1 } }],
  ["replay, share 0.3", { replay: { share: 0.3 } }],
  ["elastic penalty, strength 30", { elastic_penalty: { strength: 30, samples: 400 } }],
  ["elastic penalty, strength 1000", { elastic_penalty: { strength: 1000, samples: 400 } }],
  ["both: 0.1 and 30", { replay: { share: 0.1 }, elastic_penalty: { strength: 30, samples: 400 } }],
];

async function book() {
  const folder = join(root, "node_modules", "@stdlib", "datasets-moby-dick", "data");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".txt")).sort();
  const parts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return parts.join("\n").slice(0, characters);
}

async function code() {
  const names = (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts")).sort();
  const parts = await Promise.all(names.map((name) => readFile(join(root, "src", name), "utf8")));
  return parts.join("\n").slice(0, characters);
}

const last = (events) => events.findLast(({ type }) => type === "checkpoint");
const folder = await mkdtemp(join(tmpdir(), "unroll-course-"));
try {
  const summary = { kind: "text", characters, lines: 1, vocabulary_size: 80, rarest: [] };
  const [old, fresh] = [await writeData(folder, await book(), summary), await writeData(folder, await code(), summary)];
  const common = { steps, batch_size: 40, sequence_length: 50, validation_fraction: 0.1, checkpoint_every: steps };
  const run = (dataset, training, origin) => {
    const settings = { ...common, learning_rate: 0.003, clip_norm: 5, ...training };
    return runTraining(folder, { task: "text", architecture: { units: 128 }, training: settings, dataset, origin });
  };
  const { file } = last(await run(old, {}, null));
  console.log("| second lesson with | loss on the code | on the book, before | after | forgotten |");
  console.log("| --- | --- | --- | --- | --- |");
  const origin = { path: file.path, oldDataset: { path: old.path } };
  for (const [name, technique] of contenders) {
    const { metrics } = last(await run(fresh, { init_from: { grow_vocabulary: true }, ...technique }, origin));
    const { validation_loss: loss, old_loss: oldLoss, old_loss_before: before } = metrics;
    const figures = [loss, before, oldLoss, oldLoss - before].map((figure) => figure.toFixed(3));
    console.log(`| ${name} | ${figures.join(" | ")} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
