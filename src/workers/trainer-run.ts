import type { ErrorMessage } from "../errors.ts";
import type { TrainingEvent, TrainingOutcome, TrainingSpec } from "../schemas/training-run.ts";

/** How a run ended, as the server sees it. `lost`: the process ended, or had to be ended, before it said how the run went. */
export type TrainerEnd =
  | { type: "outcome"; outcome: TrainingOutcome }
  | { type: "error"; error: ErrorMessage }
  | { type: "lost"; code: "trainer_lost" | "trainer_silent"; detail: string };

/** One run in a process of its own. */
export interface TrainerRun {
  /** Asks the run to end within a batch; a process that is still there after graceMs is killed. */
  stop(how: "cancel" | "suspend", graceMs: number): void;
  /** Resolves when the process is gone and all it sent has been handed on. Never rejects. */
  readonly ended: Promise<TrainerEnd>;
}

export type StartTrainer = (spec: TrainingSpec, onEvent: (event: TrainingEvent) => void) => TrainerRun;
