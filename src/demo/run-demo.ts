import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ready } from "../schemas/health.ts";
import { DemoClient } from "./demo-client.ts";
import { type DemoServer, startDemoServer } from "./demo-server.ts";
import { LiveLine } from "./live-line.ts";
import { seriesJourney } from "./series-journey.ts";
import { textJourney } from "./text-journey.ts";

const interrupted = 130;

async function runDemo(folder: string, server: DemoServer, line: LiveLine): Promise<void> {
  const client = new DemoClient(server.url, line);
  const { backend } = await client.get<Ready>("/health/ready");
  if (backend === null) throw new Error("the inference thread is not ready");
  line.print(`Backend: ${backend.level}, TensorFlow ${backend.version}`);
  if (backend.reason !== null) line.print(`! ${backend.reason}`);
  const journey = { client, line, folder, level: backend.level };
  await textJourney(journey);
  await seriesJourney(journey);
  line.print(`
Go on with what was trained here:
  UNROLL_DATA_DIR=${join(folder, "data")} npm start
  curl localhost:3000/v1/models/melville/generate -H 'content-type: application/json' -d '{"prompt":"Call me "}'
The API is at localhost:3000/docs. To forget it all: rm -r ${folder}`);
}

const line = new LiveLine(process.stdout);
const folder = await mkdtemp(join(tmpdir(), "unroll-demo-"));
line.print(`Starting a server of the demo's own in ${folder}`);
const server = await startDemoServer(join(folder, "data"));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    line.print("\nStopping the server; nothing keeps running.");
    process.exitCode = interrupted;
    void server.stop().then(() => process.exit());
  });
}
try {
  await runDemo(folder, server, line);
} catch (error) {
  if (process.exitCode !== interrupted) {
    line.print(`The demo failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
} finally {
  await server.stop();
}
