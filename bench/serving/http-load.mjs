import { Pool } from "undici";
import { percentile } from "../measure/percentile.mjs";
import { cpuTimeUs } from "./cpu-time.mjs";

/**
 * Keeps so many clients busy for `ms`, each with one request after the other on a connection of its own. `target` is {url, path, body(request), pid}.
 * Resolves to {msPerRequest (of the whole), perSecond, p50Ms, p99Ms, serverCpuUs (a request)}; rejects for any reply but 200.
 */
export async function httpLoad(target, { clients, ms }) {
  const pool = new Pool(target.url, { connections: clients, pipelining: 1 });
  const latencies = [];
  let sent = 0;
  const send = async () => {
    const startMs = performance.now();
    const { statusCode, body } = await pool.request({
      path: target.path,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(target.body(sent++)),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${target.path} answered ${statusCode}: ${text}`);
    return performance.now() - startMs;
  };
  try {
    await Promise.all(Array.from({ length: clients }, send)); // connects
    const cpuBefore = await cpuTimeUs(target.pid);
    const startMs = performance.now();
    const client = async () => {
      while (performance.now() - startMs < ms) latencies.push(await send());
    };
    await Promise.all(Array.from({ length: clients }, client));
    const durationMs = performance.now() - startMs;
    const cpuAfter = await cpuTimeUs(target.pid);
    return {
      msPerRequest: durationMs / latencies.length,
      perSecond: (latencies.length * 1000) / durationMs,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      serverCpuUs: cpuBefore === null ? null : (cpuAfter - cpuBefore) / latencies.length,
    };
  } finally {
    await pool.close();
  }
}
