// npm run bench: ours against PyTorch, Keras, ONNX Runtime and stock TensorFlow.js layers, interleaved on the same cores.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMachine } from "./describe-machine.mjs";
import { SlotGuard } from "./measure/slot-guard.mjs";
import { startPeak } from "./measure/start-peak.mjs";
import { readOptions, usage } from "./options.mjs";
import { partRunners } from "./parts.mjs";
import { peersPython } from "./peers-python.mjs";
import { publish } from "./publish.mjs";
import { describeTarget } from "./report/describe-target.mjs";
import { judgeTargets } from "./report/judge-targets.mjs";
import { summarisePart } from "./report/summarise-part.mjs";
import { toMarkdown } from "./report/to-markdown.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const startMs = performance.now();
const say = (text) => console.log(`[${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s] ${text}`);

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** null, with a note, where there is no Python for the peers: ours is measured all the same. */
async function findPython(options, notes) {
  if (options.peers.every((peer) => peer === "tfjs")) return null;
  try {
    return await peersPython({ say });
  } catch (error) {
    notes.push(`The peers in Python are missing: ${error.message.split("\n")[0]}.`);
    say(`the peers in Python are missing: ${error.message}`);
    return null;
  }
}

async function measureParts(context) {
  const results = {};
  for (const part of context.options.parts) {
    say(`-- ${part}`);
    const runner = await partRunners[part]();
    results[part] = await runner(context);
    context.notes.push(...results[part].notes);
  }
  return results;
}

async function run() {
  const options = optionsOrExit();
  const folder = await mkdtemp(join(tmpdir(), "unroll-bench-"));
  const notes = [];
  const python = await findPython(options, notes);
  const canary = await startPeak(options.threads);
  const guard = new SlotGuard(canary.measure, { attempts: options.attempts });
  const context = { options, python, threads: options.threads, folder, guard, say, notes, versions: {} };
  try {
    const parts = await measureParts(context);
    const peak = { isPeak: canary.isPeak, gflops: guard.peak };
    const summaries = Object.fromEntries(
      Object.entries(parts).map(([part, result]) => [part, summarisePart(result, peak.isPeak ? peak.gflops : null)]),
    );
    const targets = judgeTargets(
      JSON.parse(await readFile(new URL("targets.json", import.meta.url), "utf8")),
      summaries,
    );
    const result = {
      date: new Date().toISOString(),
      machine: await describeMachine(root),
      ...{ options, versions: context.versions, peak, notes, summaries, targets },
      canary: { readings: guard.readings, discarded: guard.discarded, disturbed: guard.disturbed },
      parts,
    };
    console.log(`\n${toMarkdown(result)}\n`);
    for (const target of targets) if (target.isMet !== null) console.log(describeTarget(target));
    if (options.isPublished) await publish(result, root);
  } finally {
    await canary.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await run();
