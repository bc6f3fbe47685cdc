import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const backendUrl = new URL("../../dist/rnn/backend.js", import.meta.url);

/** A process whose threads load TensorFlow one after another; each posts what `task` gives. */
async function threadsInTurn(task: string): Promise<{ stdout: string }> {
  const thread = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(backendUrl.href)}).then(({ tf, backend }) => parentPort.postMessage(${task}));
  `;
  const program = `
    import { once } from "node:events";
    import { Worker } from "node:worker_threads";
    for (let turn = 0; turn < 3; turn += 1) {
      const worker = new Worker(${JSON.stringify(thread)}, { eval: true, execArgv: [] });
      console.log(...(await once(worker, "message")));
      await worker.terminate();
    }
  `;
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
}

// Rejects where the process ends in a crash, at the second thread or at its own end.
it.each([
  ["do nothing", "1 + 2"],
  ["compute", "tf.add(1, 2).dataSync()[0]"],
])("lets threads that %s load TensorFlow one after another, and end", async (_, task) => {
  expect((await threadsInTurn(task)).stdout).toBe("3\n3\n3\n");
});
