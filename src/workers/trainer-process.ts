import { type ChildProcess, fork } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import type { TrainingEvent, TrainingSpec } from "../schemas/training-run.ts";
import { logStreamLines } from "./log-stream-lines.ts";
import type { Logger } from "./logger.ts";
import { ProgressWatchdog, type WatchdogLimits } from "./progress-watchdog.ts";
import type { FromTrainer, ToTrainer } from "./protocol.ts";
import type { TrainerEnd, TrainerRun } from "./trainer-run.ts";

export interface TrainerProcessOptions {
  /** Main file of the process. */
  entry: URL;
  environment: NodeJS.ProcessEnv;
  watchdog: WatchdogLimits;
  logger: Logger;
}

/** Messages that lie in the channel of a process that has ended are read before its end counts; this long at most. */
const CHANNEL_DRAIN_MS = 1000;
const LINES_KEPT = 20;

/** A trainer process, seen from the server: one run, then the process is gone. */
export class TrainerProcess implements TrainerRun {
  readonly ended: Promise<TrainerEnd>;
  readonly job: string;
  readonly pid: number | undefined;
  memoryBytes = 0;
  readonly #child: ChildProcess;
  readonly #logger: Logger;
  readonly #onEvent: (event: TrainingEvent) => void;
  readonly #watchdog: ProgressWatchdog;
  #grace: NodeJS.Timeout | undefined;
  #gone = false;
  #started = false;
  #step = 0;
  #pulse = 0;
  #end: TrainerEnd | null = null;
  readonly #lastLines: string[] = [];
  /** Why we killed it, if we did. */
  #killed: TrainerEnd | null = null;

  constructor(spec: TrainingSpec, onEvent: (event: TrainingEvent) => void, options: TrainerProcessOptions) {
    this.job = spec.job;
    this.#logger = options.logger;
    this.#onEvent = onEvent;
    this.#child = fork(options.entry, [], {
      env: options.environment,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.pid = this.#child.pid;
    this.#watchdog = new ProgressWatchdog(options.watchdog, (silentMs) => this.#endSilent(silentMs));
    this.#child.on("message", (message) => this.#receive(message as FromTrainer));
    logStreamLines(this.#child.stdout, (line) => this.#log(line));
    logStreamLines(this.#child.stderr, (line) => this.#log(line));
    this.ended = this.#untilEnded();
    this.#send({ type: "train", spec });
  }

  stop(how: "cancel" | "suspend", graceMs: number): void {
    if (this.#end !== null || this.#gone) return;
    this.#send({ type: how });
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      const detail = `the training process had to be ended: it did not ${how} within ${graceMs / 1000} s`;
      this.#kill({ type: "lost", code: "trainer_lost", detail });
    }, graceMs);
  }

  #send(message: ToTrainer): void {
    // The callback takes the error of a channel that has just closed; the exit tells the rest.
    this.#child.send(message, (error) => {
      if (error !== null) this.#logger.debug({ job: this.job, err: error }, "a message did not reach the trainer");
    });
  }

  #receive(message: FromTrainer): void {
    if (message.type === "event") {
      if (message.event.type === "job-start") this.#started = true;
      if ("step" in message.event) this.#reach(message.event.step, this.#pulse);
      this.#onEvent(message.event);
    } else if (message.type === "alive") {
      this.memoryBytes = message.memoryBytes;
      this.#reach(message.step, message.pulse);
    } else {
      this.#end ??= message.type === "end" ? { type: "outcome", outcome: message.outcome } : message;
      // What is left to do is to exit; a process that cannot even do that is not waited for.
      this.#watchdog.stop();
      clearTimeout(this.#grace);
      this.#grace = setTimeout(() => this.#child.kill("SIGKILL"), 2 * CHANNEL_DRAIN_MS);
    }
  }

  /** TensorFlow talks a lot: it is heard at level debug, and when the process fails. */
  #log(line: string): void {
    this.#logger.debug({ job: this.job, trainer: this.pid }, line);
    this.#lastLines.push(line);
    if (this.#lastLines.length > LINES_KEPT) this.#lastLines.shift();
  }

  #reach(step: number, pulse: number): void {
    if (step <= this.#step && pulse <= this.#pulse) return;
    this.#step = Math.max(this.#step, step);
    this.#pulse = Math.max(this.#pulse, pulse);
    // Reading the data takes breath as well, but says nothing of the pace of the run.
    if (this.#started) this.#watchdog.progress();
  }

  #endSilent(silentMs: number): void {
    const detail = `expected progress within ${Math.round(silentMs / 1000)} s, got none after step ${this.#step}; the training process was ended`;
    this.#kill({ type: "lost", code: "trainer_silent", detail });
  }

  #kill(reason: TrainerEnd): void {
    this.#killed ??= reason;
    this.#child.kill("SIGKILL");
  }

  async #untilEnded(): Promise<TrainerEnd> {
    const lost = await Promise.race([this.#exit(), this.#startFailure()]);
    await this.#channelEnd();
    await setImmediate();
    this.#gone = true;
    this.#watchdog.stop();
    clearTimeout(this.#grace);
    const end = this.#end ?? this.#killed ?? lost;
    if (end.type === "lost") this.#logger.warn({ job: this.job, lines: this.#lastLines }, end.detail);
    return end;
  }

  #exit(): Promise<TrainerEnd> {
    return new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => resolve(this.#lost(code, signal)));
    });
  }

  #startFailure(): Promise<TrainerEnd> {
    return new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#logger.error({ job: this.job, err: error }, "a trainer process could not be started, or reached");
        if (this.pid !== undefined) return;
        resolve({ type: "lost", code: "trainer_lost", detail: "the training process could not be started" });
      });
    });
  }

  #channelEnd(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#child.connected) return resolve();
      this.#child.once("disconnect", () => resolve());
      setTimeout(resolve, CHANNEL_DRAIN_MS).unref();
    });
  }

  #lost(code: number | null, signal: NodeJS.Signals | null): TrainerEnd {
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const memory = this.memoryBytes === 0 ? "" : `; it used ${Math.round(this.memoryBytes / 1e6)} MB`;
    const hint = signal === "SIGKILL" ? "; a system short of memory ends processes so" : "";
    const detail = `the training process ended ${how} after step ${this.#step}, before the run was over${memory}${hint}`;
    return { type: "lost", code: "trainer_lost", detail };
  }
}
