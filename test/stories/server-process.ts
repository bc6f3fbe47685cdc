import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../dist/server.js", import.meta.url));

/** The real server as a process of its own, on a free port, so that a test can end it as harshly as the world does. */
export class ServerProcess {
  readonly dataFolder: string;
  readonly logLines: string[] = [];
  url = "";
  private child: ChildProcess | null = null;

  private constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
  }

  static async create(environment: Record<string, string> = {}): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), "unroll-story-")));
    await server.start(environment);
    return server;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error("the server is not running");
    return this.child.pid;
  }

  async start(environment: Record<string, string> = {}): Promise<void> {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("UNROLL_"));
    const settings = { UNROLL_PORT: "0", UNROLL_DATA_DIR: this.dataFolder, ...environment };
    const child = spawn(process.execPath, [entry], {
      env: { ...Object.fromEntries(inherited), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    child.stderr.on("data", (chunk) => this.logLines.push(String(chunk)));
    this.url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        this.logLines.push(line);
        const url = line.startsWith("{") ? (JSON.parse(line) as { url?: string }).url : undefined;
        if (url !== undefined) resolve(url);
      });
      child.once("exit", (code) => reject(new Error(`exit ${code}\n${this.logLines.slice(-20).join("\n")}`)));
    });
  }

  /** Sends the signal and waits for the end; resolves to the exit code, null after a signal. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  async remove(): Promise<void> {
    await this.end("SIGKILL");
    await rm(this.dataFolder, { recursive: true, force: true });
  }

  async get<T>(path: string): Promise<T> {
    return read(await fetch(this.url + path));
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    if (body === undefined) return read(await fetch(this.url + path, { method: "POST" }));
    const headers = { "content-type": "application/json" };
    return read(await fetch(this.url + path, { method: "POST", headers, body: JSON.stringify(body) }));
  }

  async upload<T>(path: string, fields: Record<string, string>, content: string): Promise<T> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([content]), fields.kind === "text" ? "data.txt" : "data.csv");
    return read(await fetch(this.url + path, { method: "POST", body: form }));
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
