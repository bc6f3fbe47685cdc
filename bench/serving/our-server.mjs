import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../dist/server.js", import.meta.url));

/** The server as npm start runs it, on a free port with a data folder of its own. */
export class OurServer {
  url = "";
  #child;
  #folder;

  constructor(child, folder) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(folder) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("UNROLL_"));
    const settings = { UNROLL_PORT: "0", UNROLL_DATA_DIR: folder, UNROLL_RATE_LIMIT: "100000000" };
    const child = spawn(process.execPath, [entry], {
      env: { ...Object.fromEntries(inherited), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new OurServer(child, folder);
    await server.#listening();
    return server;
  }

  async #listening() {
    const said = [];
    this.#child.stderr.on("data", (text) => said.push(String(text)));
    const lines = createInterface({ input: this.#child.stdout });
    await new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        const { url, backend } = line.startsWith("{") ? JSON.parse(line) : {};
        this.url = url ?? this.url;
        if (this.url !== "" && backend !== undefined) resolve();
      });
      this.#child.once("exit", (code) => reject(new Error(`the server ended with ${code}\n${said.join("")}`)));
    });
  }

  get pid() {
    return this.#child.pid;
  }

  async send(path, body) {
    const options =
      body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(this.url + path, options);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  /** Trains the model over the API and resolves to the file of its last checkpoint. */
  async train({ dataset, model, training }) {
    await this.send("/v1/datasets", dataset);
    await this.send("/v1/models", model);
    let job = await this.send("/v1/jobs", { model: model.name, dataset: dataset.name, training });
    while (job.finished_at === null) job = await this.send(`/v1/jobs/${job.id}?wait_ms=20000`);
    if (job.status !== "succeeded") throw new Error(`training ${model.name}: ${JSON.stringify(job.error)}`);
    const { data } = await this.send(`/v1/jobs/${job.id}/checkpoints`);
    const files = await readdir(this.#folder, { recursive: true });
    return join(
      this.#folder,
      files.find((file) => file.endsWith(`${data.at(0).id}.safetensors`)),
    );
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
