import { join } from "node:path";
import { assertSameNumbers } from "../measure/assert-same-numbers.mjs";
import { median } from "../measure/median.mjs";
import { httpLoad } from "../serving/http-load.mjs";
import { measureClients } from "../serving/measure-clients.mjs";
import { OurServer } from "../serving/our-server.mjs";
import { startPeer } from "../start-peer.mjs";
import { corpusOf } from "../workloads/corpus-of.mjs";

const context_length = 96;
const tolerance = 1e-4;
const model = {
  ...{ name: "bench", task: "forecast", architecture: { cell: "gru", units: 64, layers: 1 } },
  forecast: {
    ...{
      horizon: 24,
      context_length,
      block_length: 1,
      lags: [],
      season_length: 1,
      baseline: "last",
      transform: "none",
    },
    ...{ head_units: 64, quantiles: [0.1, 0.5, 0.9], seeds: 1 },
  },
};
/** Which trains while forecasts are asked for. */
const writer = { name: "writer", task: "text", architecture: { cell: "lstm", units: 128, layers: 2 } };

/** Forecasts over HTTP, ours against FastAPI with PyTorch, and ours while a training job runs. */
export async function forecast(context) {
  const { options, folder, python, say } = context;
  const server = await OurServer.start(join(folder, "forecast"));
  const peers = [];
  try {
    const series = Array.from({ length: 4 }, (_, index) => ({ id: `s${index}`, target: wave(400, index) }));
    const training = { steps: 20, seed: 1 };
    const checkpoint = await server.train({ dataset: { name: "bench", kind: "series", series }, model, training });
    const body = { inputs: [{ target: wave(context_length, 5) }] };
    const path = `/v1/models/${model.name}/forecast`;
    const ours = { name: "Unroll", target: { url: server.url, pid: server.pid, path, body: () => body } };
    if (python !== null && options.peers.includes("pytorch")) {
      const process = await startPeer("serve_forecast.py", { checkpoint }, context);
      const url = `http://127.0.0.1:${process.ready.port}`;
      peers.push({
        name: "FastAPI + PyTorch",
        process,
        target: { url, pid: process.pid, path: "/forecast", body: () => body },
      });
      context.versions.FastAPI = process.ready.version;
    }
    await compareForecasts([ours, ...peers], body);
    const rows = [];
    for (const clients of options.isFull ? [1, 16, 64] : [1, 16]) {
      const name = `horizon 24, ${clients} client${clients === 1 ? "" : "s"}`;
      say(name);
      rows.push(await measureClients(name, { servers: [ours, ...peers], clients, context }));
    }
    rows.push(await measureBesideTraining(server, { ours, idle: rows[0].measures.contenders.Unroll, context }));
    return { rows, notes: [] };
  } finally {
    for (const { process } of peers) await process.stop();
    await server.stop();
  }
}

function wave(length, phase) {
  return Array.from({ length }, (_, step) => 100 + 10 * phase + 20 * Math.sin(step / 4 + phase) + (step % 7));
}

async function compareForecasts([ours, ...peers], body) {
  const medianOf = async ({ url, path }) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    return (await response.json()).outputs[0].median;
  };
  const numbers = await medianOf(ours.target);
  for (const { name, target } of peers) {
    assertSameNumbers(`forecast, ${name}`, { ours: numbers, theirs: await medianOf(target), tolerance });
  }
}

/** The same requests of one client while a job trains; its growth is p99 / p99 of the idle server. */
async function measureBesideTraining(server, { ours, idle, context: { options, say } }) {
  const text = corpusOf(50 * 50 * 100 + 1, 65);
  await server.send("/v1/datasets", { name: "text", kind: "text", text });
  await server.send("/v1/models", writer);
  const training = {
    steps: 1_000_000,
    batch_size: 50,
    sequence_length: 50,
    sample_every: null,
    checkpoint_every: 1_000_000,
  };
  const { id } = await server.send("/v1/jobs", { model: writer.name, dataset: "text", training });
  let job = { progress: { step: 0 } };
  while (job.progress.step < 10) job = await server.send(`/v1/jobs/${id}?wait_ms=200`);
  const loads = [];
  for (let round = 0; round < options.rounds; round++) {
    loads.push(await httpLoad(ours.target, { clients: 1, ms: options.isFull ? 5000 : 1000 }));
  }
  await server.send(`/v1/jobs/${id}/cancel`, {});
  const of = (measure) => median(loads.map((load) => load[measure]));
  const beside = { perSecond: of("perSecond"), p50Ms: of("p50Ms"), p99Ms: of("p99Ms"), serverCpuUs: of("serverCpuUs") };
  const p99Growth = beside.p99Ms / idle.p99Ms;
  say(
    `p99 idle ${idle.p99Ms.toFixed(2)} ms, while a job trains ${beside.p99Ms.toFixed(2)} ms: ${p99Growth.toFixed(2)} times`,
  );
  return {
    ...{ name: "idle against training, 1 client", unit: "ms a request", ours: "Unroll", peers: {}, loads },
    rounds: loads.map(({ msPerRequest }) => ({ times: { Unroll: msPerRequest }, disturbed: [] })),
    measures: { p99Growth, contenders: { "Unroll, while a job trains": beside } },
  };
}
