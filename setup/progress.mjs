const HEARTBEAT_MS = 15_000;
const seconds = (ms) => `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;

/** Progress lines on standard error: what starts, that a long step is still alive, how long each took. */
export class Progress {
  #startedAt = performance.now();
  #write;

  /** @param {(line: string) => void} write */
  constructor(write = (line) => process.stderr.write(`${line}\n`)) {
    this.#write = write;
  }

  say(text) {
    this.#write(`[setup ${seconds(performance.now() - this.#startedAt).padStart(6)}] ${text}`);
  }

  warn(text) {
    this.#write(`[setup] WARNING: ${text}`);
  }

  /** Runs one step between two lines; a step that takes long says so every 15 seconds. */
  async step(name, work) {
    const startedAt = performance.now();
    this.say(`${name} ...`);
    const beat = setInterval(
      () => this.say(`${name}: still at it, ${seconds(performance.now() - startedAt)}`),
      HEARTBEAT_MS,
    );
    try {
      const result = await work();
      this.say(`${name}: done in ${seconds(performance.now() - startedAt)}`);
      return result;
    } finally {
      clearInterval(beat);
    }
  }

  get elapsed() {
    return seconds(performance.now() - this.#startedAt);
  }
}
