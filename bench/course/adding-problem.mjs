// node bench/course/adding-problem.mjs: the adding problem (Hochreiter and Schmidhuber 1997) at length 200, cell by cell, as a
// Markdown table. Each step holds a random number and a mark; the target is the sum of the two marked numbers. Who always
// answers 1 has a mean squared error of 0.167. Some ten minutes on two cores; after `npm run setup`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../dist/rnn/random.js";
import { runTraining, writeData } from "./run-training.mjs";

const length = Number(process.argv[2] ?? 200);
const secondsEach = Number(process.argv[3] ?? 150);
const solved = 0.01;
const contenders = [
  ["LSTM", { cell: "lstm" }, { learning_rate: 0.005 }],
  ["GRU", { cell: "gru" }, { learning_rate: 0.005 }],
  [
    "tanh RNN, small_normal",
    { cell: "simple_rnn", initializer: "small_normal" },
    { learning_rate: 0.001, clip_norm: null },
  ],
  ["tanh RNN, orthogonal, clip_norm 1", { cell: "simple_rnn", initializer: "orthogonal" }, { learning_rate: 0.0003 }],
  [
    "relu RNN, orthogonal, clip_norm 1",
    { cell: "simple_rnn", activation: "relu", initializer: "orthogonal" },
    { learning_rate: 0.0003 },
  ],
];

function sequences(count) {
  const random = new Random(7);
  return Array.from({ length: count }, () => {
    const half = Math.floor(length / 2);
    const marks = [random.integer(half), half + random.integer(length - half)];
    const inputs = Array.from({ length }, (_, step) => [
      Number(random.uniform().toFixed(4)),
      marks.includes(step) ? 1 : 0,
    ]);
    return { inputs, targets: [[inputs[marks[0]][0] + inputs[marks[1]][0]]] };
  });
}

const folder = await mkdtemp(join(tmpdir(), "unroll-course-"));
try {
  const lines = sequences(10_000).map((one) => `${JSON.stringify(one)}\n`);
  const sizes = { sequences: lines.length, input_size: 2, target_size: 1, shortest: length, longest: length };
  const dataset = await writeData(folder, lines.join(""), {
    kind: "sequence",
    target: "last_step",
    classes: null,
    ...sizes,
  });
  const sequence = { input_size: 2, output_size: 1, output: "last_step", loss: "mse", scaling: "none" };
  console.log("| network, 64 units | least MSE | below 0.01 | steps | warned of |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const [name, architecture, settings] of contenders) {
    const training = { steps: 40_000, batch_size: 50, validation_fraction: 0.05, checkpoint_every: 50, ...settings };
    const until = performance.now() + secondsEach * 1000;
    const isEnough = ({ validation_loss: loss }) => loss < solved / 2 || performance.now() > until;
    const events = await runTraining(folder, { task: "sequence", architecture, sequence, training, dataset }, isEnough);
    const checkpoints = events.filter(({ type }) => type === "checkpoint");
    const least = Math.min(...checkpoints.map(({ metrics }) => metrics.validation_loss));
    const first = checkpoints.find(({ metrics }) => metrics.validation_loss < solved);
    const warnings = events.filter(({ type }) => type === "warning").map(({ code }) => `\`${code}\``);
    const reached = first ? `at step ${first.step}` : "no";
    console.log(
      `| ${name} | ${least.toPrecision(2)} | ${reached} | ${checkpoints.at(-1).step} | ${warnings.join(" ")} |`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
