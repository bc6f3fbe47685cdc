import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { JobEvent } from "../schemas/events.ts";

/** Loss by job is kept for the jobs heard of last, so that the number of series stays bounded. */
const mostJobs = 20;

/** What /metrics shows. Names keep their meaning from version to version. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: "unroll_http_request_duration_seconds",
    help: "Time from the request line to the last byte of the reply.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.registry],
  });
  readonly characters = this.#counter("unroll_generated_characters_total", "Characters generated.");
  readonly forecasts = this.#counter("unroll_forecast_series_total", "Series forecast.");
  readonly #steps = this.#counter("unroll_training_steps_total", "Training steps done.");
  readonly #jobsEnded = new Counter({
    name: "unroll_jobs_ended_total",
    help: "Jobs that ended, by their status.",
    labelNames: ["status"],
    registers: [this.registry],
  });
  readonly #loss = this.#jobGauge("unroll_training_loss", "Training loss, mean over the last reported steps.");
  readonly #speed = this.#jobGauge("unroll_training_tokens_per_second", "Training speed.");
  /** Job to its last step, oldest news first. */
  readonly #lastSteps = new Map<string, number>();

  constructor() {
    // Process memory and time, garbage collection, event-loop delay.
    collectDefaultMetrics({ register: this.registry });
  }

  /** A gauge whose value is asked for when it is read. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }

  countEvent(event: JobEvent): void {
    if (event.type === "job-start") this.#lastSteps.set(event.job, event.step);
    if (event.type === "job-end") this.#jobsEnded.inc({ status: event.status });
    if (event.type !== "step-end") return;
    const { job, step, loss, tokens_per_second } = event;
    this.#steps.inc(Math.max(0, step - (this.#lastSteps.get(job) ?? step)));
    this.#lastSteps.delete(job);
    this.#lastSteps.set(job, step);
    this.#loss.set({ job }, loss);
    this.#speed.set({ job }, tokens_per_second);
    this.#forgetOldJobs();
  }

  #forgetOldJobs(): void {
    for (const job of this.#lastSteps.keys()) {
      if (this.#lastSteps.size <= mostJobs) return;
      this.#lastSteps.delete(job);
      this.#loss.remove({ job });
      this.#speed.remove({ job });
    }
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] });
  }

  #jobGauge(name: string, help: string): Gauge<"job"> {
    return new Gauge({ name, help, labelNames: ["job"], registers: [this.registry] });
  }
}
