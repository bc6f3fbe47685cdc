import { join } from "node:path";
import { assertSameText } from "../measure/assert-same-text.mjs";
import { median } from "../measure/median.mjs";
import { runRounds } from "../measure/run-rounds.mjs";
import { measureClients } from "../serving/measure-clients.mjs";
import { OurServer } from "../serving/our-server.mjs";
import { socketStreams } from "../serving/socket-streams.mjs";
import { startPeer } from "../start-peer.mjs";
import { corpusOf } from "../workloads/corpus-of.mjs";

const characters = 64;
const model = { name: "bench", task: "text", architecture: { cell: "lstm", units: 128, layers: 2 } };
const training = {
  steps: 60,
  batch_size: 50,
  sequence_length: 50,
  validation_fraction: 0,
  sample_every: null,
  seed: 1,
};
const streams = { short: { streams: 64, characters: 200 }, full: { streams: 64, characters: 2000 } };

/** Texts over HTTP, ours against FastAPI with PyTorch and with ONNX Runtime, and many WebSocket streams at once. */
export async function serving(context) {
  const { options, folder, python } = context;
  const server = await OurServer.start(join(folder, "serving"));
  const peers = [];
  try {
    const text = corpusOf(50 * 50 * training.steps + 1, 65);
    const checkpoint = await server.train({ dataset: { name: "bench", kind: "text", text }, model, training });
    const prompt = text[0];
    const ask = { prompt, max_tokens: characters, temperature: 1 };
    const path = `/v1/models/${model.name}/generate`;
    const ours = {
      name: "Unroll",
      target: { url: server.url, pid: server.pid, path, body: (seed) => ({ ...ask, seed }) },
    };
    for (const [engine, name, threads] of [
      ["pytorch", "FastAPI + PyTorch", options.threads],
      ["onnxruntime", "FastAPI + ONNX Runtime", 1],
    ]) {
      if (python === null || !options.peers.includes(engine)) continue;
      const process = await startPeer("serve_text.py", { engine, checkpoint }, { python, threads });
      const url = `http://127.0.0.1:${process.ready.port}`;
      peers.push({ name, process, target: { url, pid: process.pid, path: "/generate", body: () => ask } });
      context.versions.FastAPI = process.ready.version;
    }
    await compareTexts([ours, ...peers], { ...ask, prompt: text.slice(0, 65), temperature: 0 });
    const rows = [];
    for (const clients of options.isFull ? [1, 16, 64] : [1]) {
      const name = `${characters} characters, ${clients} client${clients === 1 ? "" : "s"}`;
      context.say(name);
      rows.push(await measureClients(name, { servers: [ours, ...peers], clients, context }));
    }
    rows.push(await measureSockets(`${server.url}${path}`, prompt, context));
    return { rows, notes: [] };
  } finally {
    for (const { process } of peers) await process.stop();
    await server.stop();
  }
}

async function compareTexts([ours, ...peers], ask) {
  const textOf = async ({ url, path }) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(ask) });
    return (await response.json()).text;
  };
  const text = await textOf(ours.target);
  for (const { name, target } of peers) assertSameText(name, { ours: text, theirs: await textOf(target) });
}

async function measureSockets(url, prompt, { options, guard, say }) {
  const work = { ...(options.isFull ? streams.full : streams.short), prompt };
  const samples = [];
  const measure = async () => {
    const sample = await socketStreams(url, work);
    samples.push(sample);
    return sample.usPerCharacter;
  };
  await socketStreams(url, work);
  const rounds = await runRounds([{ name: "Unroll", measure }], { rounds: options.rounds, guard });
  const of = (measure) => median(samples.map((sample) => sample[measure]));
  const contenders = { Unroll: { perSecond: of("perSecond"), firstP99Ms: of("firstP99Ms") } };
  const name = `${work.streams} WebSocket streams`;
  say(`${name}: ${contenders.Unroll.perSecond.toFixed(0)} characters a second`);
  return { name, unit: "us a character", ours: "Unroll", peers: {}, rounds, measures: { contenders } };
}
