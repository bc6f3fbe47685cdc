import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface DemoServer {
  url: string;
  /** Resolves when the server has gone, however it went. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL("../server.js", import.meta.url));

/** A server of the demo's own: a free port of the loopback, its own data folder, no keys. */
export async function startDemoServer(dataFolder: string): Promise<DemoServer> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("UNROLL_"));
  const child = spawn(process.execPath, [entry], {
    env: { ...Object.fromEntries(inherited), UNROLL_PORT: "0", UNROLL_DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C at the terminal reaches the whole group: the demo ends its server itself, in order.
    detached: true,
  });
  const ended = once(child, "exit").then(() => undefined);
  return { url: await readyUrl(child), ended, stop: () => stop(child, ended) };
}

/** The server's address, once its inference thread is ready too. */
async function readyUrl(child: ChildProcess): Promise<string> {
  const complaints: string[] = [];
  child.stderr?.on("data", (chunk) => complaints.push(String(chunk)));
  if (child.stdout === null) throw new Error("the server's output is not piped");
  let url = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith("{")) continue;
    const facts = JSON.parse(line) as { url?: string; backend?: object };
    url = facts.url ?? url;
    if (url === "" || facts.backend === undefined) continue;
    child.stdout.resume(); // A full pipe would stall the server's log
    return url;
  }
  throw new Error(`the server did not start\n${complaints.join("")}`);
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await ended;
}
