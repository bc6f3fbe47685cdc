import { assertSameText } from "../measure/assert-same-text.mjs";
import { runRounds } from "../measure/run-rounds.mjs";
import { startContender } from "../start-contender.mjs";
import { startPeer } from "../start-peer.mjs";
import { makeTextCheckpoint } from "../workloads/make-text-checkpoint.mjs";
import { shape } from "../workloads/training-shapes.mjs";

const parityCharacters = 200;
/** With which ours is warmed up and its pace is found. */
const firstCharacters = 500;
const mostCharacters = 100_000;

/** Time per character, sampling included, of one stream and of many: ours against PyTorch eager and ONNX Runtime. */
export async function generation(context) {
  const { isFull } = context.options;
  const cases = [
    { network: shape("lstm", 128, 2), streams: isFull ? [1, 16, 64] : [1, 16] },
    { network: shape("lstm", 512, 2), streams: isFull ? [1, 16, 64] : [1] },
    { network: shape("lstm", 512, 2), streams: [1], precision: "bf16" },
  ];
  const checkpoints = new Map();
  const rows = [];
  for (const each of cases) rows.push(...(await measureNetwork({ ...each, checkpoints }, context)));
  return { rows, notes: [] };
}

/** Our weights in fp32 or bf16; the peers' always in fp32. */
async function measureNetwork({ network, streams, precision = "fp32", checkpoints }, context) {
  const { options, folder, say, guard } = context;
  const checkpoint = checkpoints.get(network.name) ?? (await makeTextCheckpoint(network, { folder }));
  checkpoints.set(network.name, checkpoint);
  const processes = await startAll({ checkpoint, precision, streams }, context);
  const rows = [];
  try {
    if (precision === "fp32") await compareTexts(network, processes, say); // rounded weights may choose another character
    for (const count of streams) {
      const suffix = precision === "fp32" ? "" : `, ${precision}`;
      const name = `${network.name}, ${count} stream${count === 1 ? "" : "s"}${suffix}`;
      say(name);
      const contenders = await contendersOf(processes, { count, options });
      const report = (contender, time) => say(`  ${contender}: ${time.toFixed(2)} us a character`);
      const rounds = await runRounds(contenders, { rounds: options.rounds, guard, report });
      const peers = {};
      for (const { peer, name } of contenders) if (peer !== null) peers[peer] = [...(peers[peer] ?? []), name];
      rows.push({ name, unit: "us a character", ours: "Unroll", peers, rounds });
    }
  } finally {
    for (const { process } of Object.values(processes)) await process.stop();
  }
  return rows;
}

/** {name: {process}}: ours, PyTorch on all threads, ONNX Runtime on one and on all. */
async function startAll({ checkpoint, precision, streams }, context) {
  const { options, python } = context;
  const has = (peer) => python !== null && options.peers.includes(peer);
  const start = (engine, threads) => startPeer("generate_text.py", { engine, checkpoint }, { ...context, threads });
  const started = { unroll: startContender("generate-unroll.mjs", { checkpoint, precision }) };
  if (has("pytorch")) started.pytorch = start("pytorch", options.threads);
  if (has("onnxruntime")) {
    started.onnxOne = start("onnxruntime", 1);
    if (isManyThreaded(streams, options)) started.onnxAll = start("onnxruntime", options.threads);
  }
  const processes = await allStarted(started);
  const { pytorch, onnxOne } = processes;
  if (pytorch) context.versions.PyTorch = pytorch.process.ready.version;
  if (onnxOne) context.versions["ONNX Runtime"] = onnxOne.process.ready.version;
  return processes;
}

/** Where one cannot start, none stays. */
async function allStarted(starting) {
  const names = Object.keys(starting);
  const settled = await Promise.allSettled(Object.values(starting));
  const failed = settled.find(({ status }) => status === "rejected");
  if (failed === undefined) return Object.fromEntries(names.map((name, i) => [name, { process: settled[i].value }]));
  for (const { value } of settled) await value?.stop();
  throw failed.reason;
}

/** One stream is compared at equal threads, one; many with whatever serves ONNX Runtime best. */
function isManyThreaded(streams, { isFull }) {
  return isFull || streams.some((count) => count > 1);
}

async function compareTexts(network, { unroll, ...peers }, say) {
  const prompt = unroll.process.ready.vocabulary.join("");
  const request = { streams: 1, characters: parityCharacters, prompt };
  const { text: ours } = await unroll.process.ask({ ...request, temperature: 0 });
  for (const [name, { process }] of Object.entries(peers)) {
    const { text: theirs } = await process.ask({ ...request, greedy: true });
    assertSameText(`${network.name}, ${name}`, { ours, theirs });
  }
  say(`${network.name}: ${parityCharacters} greedy characters equal in ${["ours", ...Object.keys(peers)].join(", ")}`);
}

async function contendersOf({ unroll, pytorch, onnxOne, onnxAll }, { count, options }) {
  const prompt = unroll.process.ready.vocabulary[0];
  const ours = (characters) => unroll.process.ask({ streams: count, characters, prompt, temperature: 1 });
  const { duration_ms: firstMs } = await ours(firstCharacters);
  const characters = Math.min(mostCharacters, Math.ceil((firstCharacters * options.slotMs) / firstMs));
  const peer = (name, peerName, process, extras = {}) => ({
    ...{ name, peer: peerName },
    measure: async () => perCharacter(await process.ask({ streams: count, ms: options.slotMs, ...extras })),
  });
  const contenders = [{ name: "Unroll", peer: null, measure: async () => perCharacter(await ours(characters)) }];
  if (pytorch) contenders.push(peer("PyTorch", "PyTorch", pytorch.process));
  if (onnxOne) {
    contenders.push(peer("ONNX Runtime, 1 thread", "ONNX Runtime", onnxOne.process));
    contenders.push(peer("bare step, 1 thread", "ONNX Runtime, bare step", onnxOne.process, { bare: true }));
  }
  if (onnxAll && isManyThreaded([count], options)) {
    const name = count > 1 ? "ONNX Runtime" : `ONNX Runtime, ${options.threads} threads`;
    contenders.push(peer(`ONNX Runtime, ${options.threads} threads`, name, onnxAll.process));
  }
  return contenders;
}

/** Microseconds. */
function perCharacter({ duration_ms: durationMs, characters }) {
  return (durationMs * 1000) / characters;
}
