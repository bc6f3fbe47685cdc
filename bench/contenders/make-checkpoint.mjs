// Trains a model for a few steps and names the checkpoint: {"ready": {"checkpoint"}}. Argument: JSON {architecture, training, text, folder}.
import { train } from "../../dist/rnn/train.js";
import { trainingSpec } from "../workloads/training-spec.mjs";
import { writeLine } from "./write-line.mjs";

const spec = await trainingSpec(JSON.parse(process.argv[2]));
let checkpoint = null;
const keepLast = (event) => {
  if (event.type === "checkpoint") checkpoint = event.file.path;
};
await train(spec, keepLast, new AbortController().signal);
writeLine({ ready: { checkpoint } });
