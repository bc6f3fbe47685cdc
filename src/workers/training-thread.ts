import { parentPort, workerData } from "node:worker_threads";
import { toErrorMessage } from "../errors.ts";
import { train } from "../rnn/train.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import type { FromTrainer, ToTrainer } from "./protocol.ts";

/** The thread of a trainer process that computes: one `train` message, one run. */
const port = parentPort!;
const { pulse } = workerData as { pulse: Int32Array };
const stop = new AbortController();

function send(message: FromTrainer): void {
  port.postMessage(message);
}

async function run(spec: TrainingSpec): Promise<void> {
  try {
    const outcome = await train(spec, (event) => send({ type: "event", event }), stop.signal);
    if (outcome.status === "succeeded") outcome.metrics = { ...outcome.metrics, ...memory() };
    send({ type: "end", outcome });
  } catch (error) {
    send({ type: "error", error: toErrorMessage(error) });
  }
}

/** The most that the process has held: of this machine and this run, so no part of a checkpoint. */
function memory(): Record<string, number> {
  return { peak_memory_bytes: process.resourceUsage().maxRSS * 1024 };
}

// Fires only when the engine gives way to messages: a batch that never ends, or a loop, stops the pulse.
setInterval(() => Atomics.add(pulse, 0, 1), 250).unref();
port.on("message", (message: ToTrainer) => {
  if (message.type === "train") void run(message.spec);
  else stop.abort(message.type);
});
