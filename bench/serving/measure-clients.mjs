import { median } from "../measure/median.mjs";
import { runRounds } from "../measure/run-rounds.mjs";
import { httpLoad } from "./http-load.mjs";

/**
 * A row of requests served, ours first in `servers` ({name, target}): the wall time a request takes of the whole, and of each server its requests a
 * second, latencies and processor time, medians over the rounds.
 */
export async function measureClients(name, { servers, clients, context }) {
  const { options, guard, say } = context;
  const ms = options.isFull ? 5000 : 700;
  const loads = Object.fromEntries(servers.map((server) => [server.name, []]));
  const contenders = servers.map((server) => ({
    name: server.name,
    measure: async () => {
      const load = await httpLoad(server.target, { clients, ms });
      loads[server.name].push(load);
      return load.msPerRequest;
    },
  }));
  for (const { target } of servers) await httpLoad(target, { clients, ms: 200 });
  const report = (contender, time) => say(`  ${contender}: ${time.toFixed(3)} ms a request`);
  const rounds = await runRounds(contenders, { rounds: options.rounds, guard, report });
  const medians = Object.entries(loads).map(([server, samples]) => {
    const of = (measure) => (samples[0][measure] === null ? null : median(samples.map((sample) => sample[measure])));
    return [
      server,
      { perSecond: of("perSecond"), p50Ms: of("p50Ms"), p99Ms: of("p99Ms"), serverCpuUs: of("serverCpuUs") },
    ];
  });
  const peers = Object.fromEntries(servers.slice(1).map((server) => [server.name, [server.name]]));
  const measures = { contenders: Object.fromEntries(medians) };
  return { name, unit: "ms a request", ours: servers[0].name, peers, rounds, measures, loads };
}
