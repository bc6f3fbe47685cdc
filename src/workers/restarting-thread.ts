import { Worker } from "node:worker_threads";
import { logStreamLines } from "./log-stream-lines.ts";
import type { Logger } from "./logger.ts";

export interface BackOff {
  firstMs: number;
  mostMs: number;
}

export interface RestartingThreadOptions<Up> {
  name: string;
  entry: URL;
  /** What the thread knows from its start. */
  data?: unknown;
  logger: Logger;
  backOff: BackOff;
  onMessage(message: Up): void;
  /** The thread ended and nobody asked it to. */
  onLost(cause: Error): void;
}

/** A thread that stayed up for so long has earned a quick restart. */
const STEADY_MS = 60_000;

/** A worker thread that is started anew when it ends, each time after a longer pause. What it prints goes to the log. */
export class RestartingThread<Down, Up> {
  readonly #options: RestartingThreadOptions<Up>;
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #restartAtMs = 0;
  #failures = 0;
  #closed = false;

  constructor(options: RestartingThreadOptions<Up>) {
    this.#options = options;
    this.#start();
  }

  /** null while there is a thread. */
  get restartsInMs(): number | null {
    return this.#worker === null ? Math.max(0, this.#restartAtMs - performance.now()) : null;
  }

  /** What comes before the thread listens waits for it; without a thread it is lost. */
  post(message: Down): void {
    this.#worker?.postMessage(message);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #start(): void {
    const { name, entry, data, logger, onMessage } = this.#options;
    const startedAtMs = performance.now();
    // Options of the main program are its own: some, such as --input-type, would keep the thread from starting.
    const worker = new Worker(entry, { name, workerData: data, stdout: true, stderr: true, execArgv: [] });
    this.#worker = worker;
    let cause: Error | null = null;
    logStreamLines(worker.stdout, (line) => logger.info({ thread: name }, line));
    logStreamLines(worker.stderr, (line) => logger.warn({ thread: name }, line));
    worker.on("message", onMessage);
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", (code) => {
      if (this.#closed) return;
      if (performance.now() - startedAtMs > STEADY_MS) this.#failures = 0;
      this.#lost(cause ?? new Error(`the thread ended with exit code ${code}`));
    });
  }

  #lost(cause: Error): void {
    const { name, logger, backOff, onLost } = this.#options;
    const restartMs = Math.min(backOff.mostMs, backOff.firstMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#worker = null;
    this.#restartAtMs = performance.now() + restartMs;
    this.#timer = setTimeout(() => this.#start(), restartMs);
    logger.error(
      { thread: name, err: cause, restart_ms: restartMs },
      "a thread ended unexpectedly and will be restarted",
    );
    onLost(cause);
  }
}
