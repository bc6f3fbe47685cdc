import type { BacktestEnd } from "../../schemas/backtest.ts";
import { type BacktestQuestion, BacktestRun } from "./backtest-run.ts";
import type { Forecasts } from "./forecasts.ts";

export interface BacktestSink {
  /** The next rows, as JSON texts. */
  rows(request: number, rows: string[]): void;
  ended(request: number, end: BacktestEnd): void;
}

/** Lists of rows that may be under way to their reader. */
const listsAhead = 2;

interface Running {
  ahead: number;
  cancelled: boolean;
  /** Lets a run that waits for its reader go on. */
  wake(): void;
}

/** The backtests that run: each goes on as fast as its reader takes the rows, and no longer than there is one. */
export class Backtests {
  readonly #forecasts: Forecasts;
  readonly #sink: BacktestSink;
  readonly #running = new Map<number, Running>();

  constructor(forecasts: Forecasts, sink: BacktestSink) {
    this.#forecasts = forecasts;
    this.#sink = sink;
  }

  /** Resolves at its end. Throws what BacktestRun and loading the model throw. */
  async run(request: number, path: string, question: BacktestQuestion): Promise<void> {
    const running: Running = { ahead: 0, cancelled: false, wake: () => {} };
    this.#running.set(request, running);
    try {
      await this.#forecasts.lend(path, async (lent) => {
        const run = new BacktestRun(lent, question);
        for await (const rows of run.rows()) {
          if (running.cancelled) return;
          running.ahead++;
          const texts = rows.map((row) => JSON.stringify(row));
          this.#sink.rows(request, texts);
          while (running.ahead >= listsAhead && !running.cancelled) {
            await new Promise<void>((resolve) => {
              running.wake = resolve;
            });
          }
        }
        if (!running.cancelled) this.#sink.ended(request, run.end());
      });
    } finally {
      this.#running.delete(request);
    }
  }

  /** The reader has taken a list. */
  release(request: number): void {
    const running = this.#running.get(request);
    if (running === undefined) return;
    running.ahead--;
    running.wake();
  }

  cancel(request: number): void {
    const running = this.#running.get(request);
    if (running === undefined) return;
    running.cancelled = true;
    running.wake();
  }
}
