// One training run in this process, on the compiled engine: the spec that a trainer would get, without the service.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { train } from "../../dist/rnn/train.js";

const architecture = {
  ...{ cell: "lstm", units: 64, layers: 1, bidirectional: false, merge_mode: "concat", attention: null },
  ...{ attention_window: null, dropout: 0, recurrent_dropout: 0, layer_norm: false, residual: false },
  ...{ activation: "tanh", initializer: "orthogonal", embedding_size: null, reset_after: true },
};
const training = {
  ...{ epochs: null, optimizer: "adam", weight_decay: 0, schedule: { type: "constant", warmup_steps: 0 } },
  ...{ clip_norm: 1, early_stopping: null, sample_every: null, seed: 1 },
};
let datasets = 0;

/** Writes data as the store does: text, or JSON Lines of sequences. */
export async function writeData(folder, contents, summary) {
  datasets += 1;
  const path = join(folder, `data-${datasets}`);
  await writeFile(path, contents);
  return { path, sha256: createHash("sha256").update(contents).digest("hex"), summary };
}

/** Runs to the end, or until `isEnough` says so of a checkpoint's metrics. Returns the events. */
export async function runTraining(folder, changes, isEnough = () => false) {
  const spec = {
    ...{ job: "job_course", model: "mdl_course", attempt: 1, forecast: null, sequence: null },
    ...{ checkpointFolder: folder, resumeFrom: null, reportedStep: 0 },
    ...changes,
    architecture: { ...architecture, ...changes.architecture },
    training: { ...training, ...changes.training },
  };
  const events = [];
  const enough = new AbortController();
  await train(
    spec,
    (event) => {
      events.push(event);
      if (event.type === "checkpoint" && isEnough(event.metrics)) enough.abort("enough");
    },
    enough.signal,
  );
  return events;
}
