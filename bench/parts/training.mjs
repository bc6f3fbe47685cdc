import { assertSameLosses } from "../measure/assert-same-losses.mjs";
import { runRounds } from "../measure/run-rounds.mjs";
import { runUntilSteady } from "../measure/run-until-steady.mjs";
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
/** A job runs for hours: what V8 takes to compile the loop is no part of its step. */
const mostWarmUpMs = { short: 2000, full: 10_000 };

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
  const compared = options.isFull || flop < largeFlop ? 50 : 8;
  const { processes, losses } = await startAll(shape, { flop, compared, context });
  try {
    const contenders = contendersOf(processes, context);
    const parity = await compareLosses(shape, { contenders, losses, say });
    await warmUp(contenders, context);
    const report = (name, time) => say(`  ${name}: ${time.toFixed(2)} ms`);
    const rounds = await runRounds(contenders, { rounds: options.rounds, guard, report });
    return { name: shape.name, unit: "ms a step", ours: "Unroll", peers: peersOf(contenders), rounds, flop, parity };
  } finally {
    for (const { process } of processes) await process.stop();
  }
}

/** Our first losses, and every contender's process: all start at once, for nothing is timed yet. Where one cannot start, none stays. */
async function startAll(shape, { flop, compared, context }) {
  const { options, folder } = context;
  const reference = await trainingWork(shape, { steps: compared, folder, tellsLosses: true, exports: true });
  const process = await startContender("train-unroll.mjs", reference);
  const steps = Math.max(1, Math.round((options.slotMs * usualFlopPerMs) / flop));
  const ours = async () => {
    const work = await trainingWork(shape, { steps, folder });
    return { peer: null, variants: [""], process: await startContender("train-unroll.mjs", work) };
  };
  const { weights } = process.ready;
  const theirs = trainingPeers(shape, context).map(
    (peer) => () => startTrainingPeer(shape, peer, { reference, weights, context }),
  );
  const [run, ...started] = await Promise.allSettled([process.ask({}), ...[ours, ...theirs].map((start) => start())]);
  await process.stop();
  const failed = [run, ...started].find(({ status }) => status === "rejected");
  if (failed === undefined) return { processes: started.map(({ value }) => value), losses: run.value.losses };
  for (const { value } of started) await value?.process.stop();
  throw failed.reason;
}

async function startTrainingPeer(shape, peer, { reference: { text }, weights, context }) {
  const settings = {
    shape: { ...shape, precision: peer.precision },
    text,
    weights,
    variants: peer.variants,
    learning_rate: learningRate,
    clip_norm: clipNorm,
  };
  const start = peer.file.endsWith(".py") ? startPeer : startContender;
  return { ...peer, process: await start(peer.file, settings, context) };
}

/** Ours until it is steady, the peers for as many steps, where that takes them no longer than ours may; those that were compared count. */
async function warmUp(contenders, { options, say }) {
  const mostMs = options.isFull ? mostWarmUpMs.full : mostWarmUpMs.short;
  const [ours, ...theirs] = contenders;
  const { steps } = await runUntilSteady(() => ours.process.ask({}), { mostMs });
  say(`  steady after ${steps} steps`);
  for (const { process, variant, taken } of theirs) {
    if (taken < steps) await process.ask({ variant, steps: steps - taken, ms: mostMs });
  }
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
      taken: 0,
    }));
  });
}

/** Throws where a peer that has our weights does not learn as we do. */
async function compareLosses(shape, { contenders, losses: ours, say }) {
  const parity = {};
  for (const contender of contenders) {
    const { peer, name, variant, process } = contender;
    if (peer === null || peer === "tfjs layers" || variant === "embedding") continue;
    const { losses } = await process.ask({ variant, losses: ours.length });
    contender.taken = losses.length;
    const curves = { ours, theirs: losses, tolerance: parityTolerance[shape.precision] };
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
