import fs from "node:fs/promises";
import { dirname } from "node:path";
import { placeText } from "./place-file.mjs";

const FORMAT = 1;
const NETWORK_RETRY_MS = 6 * 3600 * 1000;
const networkReasons = ["pypi_unreachable", "node_headers"];

/**
 * What each step left behind: {key, detail} when it worked, {key, reason, what, remedy, tools, at} when it did not.
 * A key holds everything the step's result depends on; the same key means there is nothing to do.
 */
export class Stamp {
  #file;
  #steps;

  constructor(file, steps = {}) {
    this.#file = file;
    this.#steps = steps;
  }

  /** Reads the stamp; a missing, cut or older one counts as empty, which only costs time. */
  static async read(file) {
    try {
      const { format, steps } = JSON.parse(await fs.readFile(file, "utf8"));
      return new Stamp(file, format === FORMAT ? steps : {});
    } catch (error) {
      if (error.code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
      return new Stamp(file);
    }
  }

  get(step) {
    return this.#steps[step];
  }

  /** Whether the step has nothing to do: it worked for this key, or failed for a cause that is still there. */
  isSettled(step, { key, tools, now = Date.now(), retry = false }) {
    const outcome = this.#steps[step];
    if (outcome?.key !== key) return false;
    if (!outcome.reason) return true;
    if (retry || outcome.tools !== tools) return false;
    return !networkReasons.includes(outcome.reason) || now - outcome.at < NETWORK_RETRY_MS;
  }

  /** Records one step's outcome; written at once and whole, so that a killed set-up loses only the step it was in. */
  async record(step, outcome) {
    this.#steps = { ...this.#steps, [step]: outcome };
    await fs.mkdir(dirname(this.#file), { recursive: true });
    await placeText(`${JSON.stringify({ format: FORMAT, steps: this.#steps }, null, 2)}\n`, this.#file);
  }
}
