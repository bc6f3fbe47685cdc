import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const keptLines = 30;

/**
 * A program that answers JSON lines: it says {"ready": ...} once it has warmed up, then one line of reply for each line of request.
 * Between requests it waits for input and uses no processor.
 */
export class JsonProcess {
  ready = null;
  #child;
  #name;
  #waiting = null;
  #arrived = [];
  #complaints = [];
  #ended = null;

  constructor(name, child) {
    this.#name = name;
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => this.#receive(line));
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.#complaints = [...this.#complaints, line].slice(-keptLines);
    });
    child.on("error", (error) => this.#end(error.message));
    child.on("close", (code, signal) => this.#end(`it ended with ${signal ?? `exit code ${code}`}`));
    child.stdin.on("error", () => {}); // its end is reported above
  }

  /** Resolves when the program is ready; rejects with its last words when it ends first. */
  static async start(name, [program, ...args], { env = {} } = {}) {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const started = new JsonProcess(name, child);
    started.ready = (await started.#next()).ready;
    return started;
  }

  get pid() {
    return this.#child.pid;
  }

  /** One request, one reply; rejects when the program fails. */
  ask(request) {
    const reply = this.#next();
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return reply;
  }

  async stop() {
    if (this.#ended !== null) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    this.#child.kill();
    await closed;
  }

  #next() {
    if (this.#ended !== null) return Promise.reject(this.#failure(this.#ended));
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(line) {
    if (!line.startsWith("{")) return; // a library greets
    const message = JSON.parse(line);
    const waiting = this.#waiting;
    this.#waiting = null;
    if (message.error !== undefined) waiting?.reject(this.#failure(message.error));
    else if (waiting) waiting.resolve(message);
    else this.#arrived.push(message);
  }

  #end(cause) {
    this.#ended ??= cause;
    this.#waiting?.reject(this.#failure(this.#ended));
    this.#waiting = null;
  }

  #failure(cause) {
    return new Error([`${this.#name}: ${cause}`, ...this.#complaints].join("\n  "));
  }
}
