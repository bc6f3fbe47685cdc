import type { TrainingEvent, TrainingSpec } from "../../src/schemas/training-run.ts";
import type { StartTrainer, TrainerEnd, TrainerRun } from "../../src/workers/trainer-run.ts";

/** A run that does what the test says, when it says so. */
export class ScriptedRun implements TrainerRun {
  readonly spec: TrainingSpec;
  readonly emit: (event: TrainingEvent) => void;
  readonly ended: Promise<TrainerEnd>;
  /** What it was asked to do. */
  readonly stops: ("cancel" | "suspend")[] = [];
  /** Called when it is asked to stop; an obedient run by default. */
  onStop: (how: "cancel" | "suspend") => void;
  step: number;
  #end: (end: TrainerEnd) => void = () => undefined;

  constructor(spec: TrainingSpec, emit: (event: TrainingEvent) => void) {
    this.spec = spec;
    this.emit = emit;
    this.step = Number(spec.resumeFrom?.split("-at-").at(-1) ?? 0);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.onStop = (how) => {
      if (how === "suspend") this.checkpoint();
      this.#end({ type: "outcome", outcome: { status: "stopped", step: this.step } });
    };
  }

  stop(how: "cancel" | "suspend"): void {
    this.stops.push(how);
    this.onStop(how);
  }

  start(): void {
    const counts = { attempt: this.spec.attempt, step: this.step, steps: 100, steps_per_epoch: 10 };
    const model = { parameter_count: 1234, backend: "fake", forecast: null, vocabulary_size: 60 };
    this.emit({ type: "job-start", ...counts, ...model });
  }

  /** Trains up to and with the step; reports what the log does not have yet. */
  trainTo(last: number): void {
    while (this.step < last) {
      this.step += 1;
      if (this.step <= this.spec.reportedStep) continue;
      const numbers = {
        loss: 1 / this.step,
        learning_rate: 0.002,
        gradient_norm: 1,
        tokens_per_second: 1000,
        eta_ms: 10,
      };
      this.emit({ type: "step-end", step: this.step, epoch: this.step / 10, ...numbers });
    }
  }

  checkpoint(best = true): void {
    const id = `ckp_${this.spec.job}_${this.spec.attempt}_${this.step}`;
    const file = { id, path: `/nowhere/${id}-at-${this.step}`, bytes: 10, sha256: "abc" };
    this.emit({
      type: "checkpoint",
      id,
      step: this.step,
      metrics: { validation_loss: 1 / (this.step + 1) },
      best,
      file,
    });
  }

  succeed(): void {
    this.#end({ type: "outcome", outcome: { status: "succeeded", step: this.step, metrics: {} } });
  }

  end(end: TrainerEnd): void {
    this.#end(end);
  }

  lose(): void {
    this.#end({ type: "lost", code: "trainer_lost", detail: "the training process ended by SIGSEGV" });
  }
}

/** The runs there have been, in order. */
export class ScriptedTrainers {
  readonly runs: ScriptedRun[] = [];
  #waiting: (() => void)[] = [];

  start: StartTrainer = (spec, onEvent) => {
    const run = new ScriptedRun(spec, onEvent);
    this.runs.push(run);
    for (const tell of this.#waiting.splice(0)) tell();
    return run;
  };

  /** The run with this number (1 is the first), as soon as it has been started. */
  async run(number: number): Promise<ScriptedRun> {
    while (this.runs.length < number) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.runs[number - 1]!;
  }
}
