import type { Logger } from "./logger.ts";
import type { WatchdogLimits } from "./progress-watchdog.ts";
import { threadEntry } from "./thread-entry.ts";
import { trainerEnvironment } from "./trainer-environment.ts";
import { TrainerProcess } from "./trainer-process.ts";
import type { StartTrainer } from "./trainer-run.ts";

export interface TrainerPool {
  start: StartTrainer;
  /** The processes there are, and the memory each used at its last report. */
  processes(): { job: string; pid: number | undefined; memoryBytes: number }[];
}

export interface TrainerPoolOptions {
  logger: Logger;
  environment: NodeJS.ProcessEnv;
  /** Main file of a trainer; tests put programs here that fail on purpose. */
  entry?: URL;
  watchdog?: Partial<WatchdogLimits>;
}

const usual: WatchdogLimits = { startMs: 600_000, silenceMs: 60_000, lastLookMs: 1000 };

/** Starts trainer processes: one for each run, ended with it. How many there are at once is the caller's to decide. */
export function createTrainerPool({ logger, environment, entry, watchdog }: TrainerPoolOptions): TrainerPool {
  const running = new Set<TrainerProcess>();
  const options = {
    entry: entry ?? threadEntry("trainer"),
    environment: trainerEnvironment(environment),
    watchdog: { ...usual, ...watchdog },
    logger,
  };
  return {
    start(spec, onEvent) {
      const trainer = new TrainerProcess(spec, onEvent, options);
      running.add(trainer);
      void trainer.ended.then(() => running.delete(trainer));
      return trainer;
    },
    processes: () => Array.from(running, ({ job, pid, memoryBytes }) => ({ job, pid, memoryBytes })),
  };
}
