import { assertSameLosses } from "../measure/assert-same-losses.mjs";
import { runRounds } from "../measure/run-rounds.mjs";
import { startContender } from "../start-contender.mjs";
import { startPeer } from "../start-peer.mjs";
import { engineHasPrecision } from "../workloads/engine-has-precision.mjs";
import { flopPerToken } from "../workloads/flop-per-token.mjs";
import { trainingPeers } from "../workloads/training-peers.mjs";
import { trainingShapes } from "../workloads/training-shapes.mjs";
import { clipNorm, learningRate, trainingWork } from "../workloads/training-work.mjs";

const parityTolerance = { fp32: 1e-3, bf16: 2e-2 };
/** Of our steps, to choose how many fill a turn. */
const usualFlopPerMs = 130e6;
/** From here on a step is so long that the short form compares fewer of them. */
const largeFlop = 10e9;

/** Time per training step, ours against PyTorch, Keras and stock TensorFlow.js layers. */
export async function training(context) {
  const rows = [];
  const notes = [];
  for (const shape of trainingShapes) {
    if (shape.isFullOnly && !context.options.isFull) continue;
    if (shape.precision !== "fp32" && !engineHasPrecision()) {
      notes.push(`${shape.name}: not measured, the engine trains in fp32 only.`);
      continue;
    }
    rows.push(await measureShape(shape, context));
  }
  return { rows, notes };
}

async function measureShape(shape, context) {
  const { options, say, guard } = context;
  say(shape.name);
  const flop = flopPerToken(shape) * shape.batch * shape.time;
  const reference = await referenceRun(shape, { steps: options.isFull || flop < largeFlop ? 50 : 8, ...context });
  const processes = await startAll(shape, { flop, reference, context });
  try {
    const contenders = contendersOf(processes, context);
    const parity = await compareLosses(shape, { contenders, reference, say });
    for (const { warmUp } of contenders) await warmUp();
    const report = (name, time) => say(`  ${name}: ${time.toFixed(2)} ms`);
    const rounds = await runRounds(contenders, { rounds: options.rounds, guard, report });
    return { name: shape.name, unit: "ms a step", ours: "Unroll", peers: peersOf(contenders), rounds, flop, parity };
  } finally {
    for (const { process } of processes) await process.stop();
  }
}

/** Our losses, the file of the weights they began with, and the text. */
async function referenceRun(shape, { steps, folder }) {
  const work = await trainingWork(shape, { steps, folder, tellsLosses: true, exports: true });
  const process = await startContender("train-unroll.mjs", work);
  try {
    const { losses } = await process.ask({});
    return { losses, weights: process.ready.weights, text: work.text };
  } finally {
    await process.stop();
  }
}

/** All at once, for nothing is timed yet. Where one cannot start, none stays. */
async function startAll(shape, { flop, reference: { text, weights }, context }) {
  const { options, folder } = context;
  const steps = Math.max(1, Math.round((options.slotMs * usualFlopPerMs) / flop));
  const ours = async () => {
    const work = await trainingWork(shape, { steps, folder });
    return { peer: null, variants: [""], process: await startContender("train-unroll.mjs", work) };
  };
  const theirs = trainingPeers(shape, context).map((peer) => async () => {
    const asked = { ...shape, precision: peer.precision };
    const settings = {
      shape: asked,
      text,
      weights,
      variants: peer.variants,
      learning_rate: learningRate,
      clip_norm: clipNorm,
    };
    const start = peer.file.endsWith(".py") ? startPeer : startContender;
    return { ...peer, process: await start(peer.file, settings, context) };
  });
  const started = await Promise.allSettled([ours, ...theirs].map((start) => start()));
  const failed = started.find(({ status }) => status === "rejected");
  if (failed === undefined) return started.map(({ value }) => value);
  for (const { value } of started) await value?.process.stop();
  throw failed.reason;
}

function contendersOf(processes, { options, versions }) {
  return processes.flatMap(({ peer, variants, process }) => {
    if (peer === null) versions["engine level"] = process.ready.backend;
    else versions[peer.replace(/ (fp32|bf16)$/, "")] = process.ready.version;
    return variants.map((variant) => ({
      ...{ peer, variant, process, name: [peer ?? "Unroll", variant].filter(Boolean).join(", ") },
      measure: async () => {
        const { duration_ms: durationMs, steps } = await process.ask({ variant, ms: options.slotMs });
        return durationMs / steps;
      },
      warmUp: () => process.ask({ variant, ms: 1 }),
    }));
  });
}

/** Throws where a peer that has our weights does not learn as we do. */
async function compareLosses(shape, { contenders, reference, say }) {
  const parity = {};
  for (const { peer, name, variant, process } of contenders) {
    if (peer === null || peer === "tfjs layers" || variant === "embedding") continue;
    const { losses } = await process.ask({ variant, losses: reference.losses.length });
    const curves = { ours: reference.losses, theirs: losses, tolerance: parityTolerance[shape.precision] };
    parity[name] = assertSameLosses(`${shape.name}, ${name}`, curves);
    say(`  ${name}: ${losses.length} losses equal within ${parity[name].largestDifference.toExponential(1)}`);
  }
  return parity;
}

/** {peer: [names of its contenders]} */
function peersOf(contenders) {
  const peers = {};
  for (const { name, peer } of contenders) if (peer !== null) peers[peer] = [...(peers[peer] ?? []), name];
  return peers;
}
