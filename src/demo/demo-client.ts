import { on } from "node:events";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import WebSocket from "ws";
import type { LiveLine } from "./live-line.ts";

/** Calls the service, and shows each call as the curl line that does the same. */
export class DemoClient {
  private readonly url: string;
  private readonly line: LiveLine;

  constructor(url: string, line: LiveLine) {
    this.url = url;
    this.line = line;
  }

  async get<T>(path: string): Promise<T> {
    this.line.print(dim(`curl ${this.url}${path}`));
    return this.read(await fetch(this.url + path));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const json = JSON.stringify(body);
    const shown = json.length > 400 ? `${json.slice(0, 200)}...${json.slice(-40)}` : json;
    this.line.print(dim(`curl ${this.url}${path} -H 'content-type: application/json' -d '${shown}'`));
    const headers = { "content-type": "application/json" };
    return this.read(await fetch(this.url + path, { method: "POST", headers, body: json }));
  }

  async upload<T>(path: string, fields: Record<string, string>, file: string): Promise<T> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([await readFile(file)]), basename(file));
    const flags = Object.entries(fields).map(([name, value]) => `-F ${name}=${value}`);
    this.line.print(dim(`curl ${this.url}${path} ${flags.join(" ")} -F file=@${file}`));
    return this.read(await fetch(this.url + path, { method: "POST", body: form }));
  }

  /** Frames of a socket, parsed; `first` is sent when it opens. Ends when the server closes it. */
  async *socket<T>(path: string, first?: unknown): AsyncGenerator<T> {
    const address = `${this.url.replace("http", "ws")}${path}`;
    const sends = first === undefined ? "" : `   and send ${JSON.stringify(first)}`;
    this.line.print(dim(`npx wscat -c '${address}'${sends}`));
    const socket = new WebSocket(address);
    const messages = on(socket, "message", { close: ["close"] });
    if (first !== undefined) socket.once("open", () => socket.send(JSON.stringify(first)));
    try {
      for await (const [data] of messages) yield JSON.parse(String(data)) as T;
    } finally {
      socket.close();
    }
  }

  private async read<T>(response: Response): Promise<T> {
    if (response.ok) return (await response.json()) as T;
    throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  }
}

function dim(text: string): string {
  return process.stdout.isTTY ? `\x1b[2m$ ${text}\x1b[0m` : `$ ${text}`;
}
