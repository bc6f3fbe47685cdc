// Stock TensorFlow.js layers on tfjs-node, as its documentation has a stateful text model: one-hot input, recurrent layers, softmax, Adam.
// Layers have no clipping by global norm, and their GRU only the reset gate before the product: timed, not compared in numbers.
// Argument: JSON {shape, text}. A request {ms} trains for so long, at least one step, and {steps, ms} for so many, if there is time.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tf } from "../../dist/rnn/backend.js";
import { writeLine } from "./write-line.mjs";

const { shape, text } = JSON.parse(process.argv[2]);
const { cell, units, layers, batch, time } = shape;
const content = await readFile(text, "utf8");
const characters = [...new Set(content)].sort();
const ids = Int32Array.from(content, (character) => characters.indexOf(character));
const length = Math.floor((ids.length - 1) / batch);
const layerOf = { lstm: tf.layers.lstm, gru: tf.layers.gru, simple_rnn: tf.layers.simpleRNN }[cell];

const model = tf.sequential();
for (let layer = 0; layer < layers; layer++) {
  const input = layer === 0 ? { batchInputShape: [batch, time, characters.length] } : {};
  model.add(layerOf({ units, returnSequences: true, stateful: true, ...input }));
}
model.add(tf.layers.dense({ units: characters.length, activation: "softmax" }));
model.compile({ optimizer: tf.train.adam(0.002), loss: "categoricalCrossentropy" });

let step = 0;
function oneHot(offset) {
  const from = (step % Math.floor(length / time)) * time + offset;
  const rows = Array.from({ length: batch }, (_, row) => ids.subarray(row * length + from, row * length + from + time));
  return tf
    .oneHot(
      tf.tensor2d(
        rows.flatMap((row) => [...row]),
        [batch, time],
        "int32",
      ),
      characters.length,
    )
    .toFloat();
}

async function train() {
  const [inputs, labels] = [oneHot(0), oneHot(1)];
  await model.trainOnBatch(inputs, labels);
  tf.dispose([inputs, labels]);
  step += 1;
}

await train();
writeLine({ ready: { version: tf.version["tfjs-node"] ?? tf.version.tfjs } });
for await (const line of createInterface({ input: process.stdin })) {
  const { ms, steps = Number.POSITIVE_INFINITY } = JSON.parse(line);
  const startMs = performance.now();
  const first = step;
  do await train();
  while (performance.now() - startMs < ms && step - first < steps);
  writeLine({ duration_ms: performance.now() - startMs, steps: step - first });
}
