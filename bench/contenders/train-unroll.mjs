// Our training, by rnn/train itself: the loop, its events and its optimizer, as a trainer process runs them.
// The text is as long as one block of steps, so that an epoch ends with each block: there the run halts, inside the
// event, until the next request comes. Argument: JSON {architecture, training, text, folder, exports}; `exports` writes the
// first weights to a file and names it. Where every step is reported (sample_every 1), a reply holds every loss.
import { saveCheckpoint } from "../../dist/rnn/save-checkpoint.js";
import { train } from "../../dist/rnn/train.js";
import { createTrainingState, disposeTrainingState } from "../../dist/rnn/training-state.js";
import { trainingSpec } from "../workloads/training-spec.mjs";
import { readLine } from "./read-line.mjs";
import { writeLine } from "./write-line.mjs";

const { exports: isExporting = false, ...work } = JSON.parse(process.argv[2]);
const spec = await trainingSpec(work);
let startMs = 0;
let losses = [];
let [blockStart, blockEnd] = [0, 0];

/** The weights that a run of this spec begins with. */
async function exportWeights() {
  const state = await createTrainingState(spec);
  const file = await saveCheckpoint(spec, state, {});
  disposeTrainingState(state);
  return file.path;
}

function waitForRequest() {
  if (readLine() === null) process.exit(0);
  losses = [];
  startMs = performance.now();
}

function receive(event) {
  if (event.type === "job-start") {
    writeLine({ ready: { backend: event.backend, parameters: event.parameter_count, weights } });
    waitForRequest();
  }
  if (event.type === "epoch-end") blockEnd = event.step; // the step's own event comes last
  if (event.type !== "step-end") return;
  losses.push(event.loss);
  if (event.step !== blockEnd) return;
  writeLine({ duration_ms: performance.now() - startMs, steps: blockEnd - blockStart, losses });
  blockStart = blockEnd;
  waitForRequest();
}

const weights = isExporting ? await exportWeights() : null;
await train(spec, receive, new AbortController().signal);
