import { appError } from "../errors.ts";

const mostGuesses = 20;
const windowMs = 60_000;
const mostAddresses = 10_000;

/** Slows whoever guesses keys: after 20 wrong ones within a minute an address is told to wait. */
export class GuessLimit {
  readonly #guesses = new Map<string, { count: number; until: number }>();

  /** Counts a wrong key. Throws rate_limited when there were too many. */
  count(address: string): void {
    const now = performance.now();
    let guesses = this.#guesses.get(address);
    if (guesses === undefined || guesses.until <= now) {
      if (this.#guesses.size >= mostAddresses) this.#guesses.clear();
      guesses = { count: 0, until: now + windowMs };
      this.#guesses.set(address, guesses);
    }
    if (++guesses.count <= mostGuesses) return;
    throw appError("rate_limited", `expected at most ${mostGuesses} wrong API keys a minute from one address`, {
      retryAfterSeconds: Math.ceil((guesses.until - now) / 1000),
    });
  }
}
