import { constants, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { toErrorMessage } from "../errors.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import type { FromTrainer, ToTrainer } from "./protocol.ts";
import { threadEntry } from "./thread-entry.ts";

/** Main thread of a trainer process: takes one job, answers while its thread computes, and ends with it. */
const ALIVE_INTERVAL_MS = 2000;

const pulse = new Int32Array(new SharedArrayBuffer(4));
let thread: Worker | null = null;
let step = 0;
let finishing = false;

function send(message: FromTrainer, sent?: () => void): void {
  // A server that is gone is dealt with by the disconnect below; an error of the channel means nothing else.
  if (process.connected) process.send!(message, undefined, undefined, () => sent?.());
}

function finish(message: FromTrainer): void {
  finishing = true;
  send(message, () => process.exit(0));
}

function takeUp(spec: TrainingSpec): void {
  thread = new Worker(threadEntry("training-thread"), { workerData: { pulse } });
  thread.on("message", (message: FromTrainer) => {
    if (message.type === "end" || message.type === "error") return finish(message);
    if (message.type === "event" && "step" in message.event) step = message.event.step;
    send(message);
  });
  thread.on("error", (error) => finish({ type: "error", error: toErrorMessage(error) }));
  // A thread that ends without a word: the server is to see a process that did.
  thread.on("exit", (code) => {
    if (!finishing) process.exit(code === 0 ? 1 : code);
  });
  thread.postMessage({ type: "train", spec } satisfies ToTrainer);
  setInterval(() => {
    send({ type: "alive", step, pulse: Atomics.load(pulse, 0), memoryBytes: process.memoryUsage.rss() });
  }, ALIVE_INTERVAL_MS);
}

// Threads inherit it: TensorFlow's, made later by the training thread, give way to the server as well.
setPriority(constants.priority.PRIORITY_LOW);
// The server alone decides when a run ends; a terminal's Ctrl-C or a service manager reaches the whole group.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// The server is gone: no exit handlers, no wait for a native call; a checkpoint is whole or absent at any moment.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (message: ToTrainer) => {
  if (message.type !== "train") thread?.postMessage(message);
  else if (thread === null) takeUp(message.spec);
});
