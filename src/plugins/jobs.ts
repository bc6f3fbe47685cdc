import fp from "fastify-plugin";
import { createJobRunner } from "../jobs/create-job-runner.ts";
import type { JobLog } from "../jobs/job-log.ts";
import type { JobRunner } from "../jobs/job-runner.ts";
import type { JobStore } from "../store/store.ts";
import { createTrainerPool } from "../workers/trainer-pool.ts";
import type { StartTrainer } from "../workers/trainer-run.ts";
import type { Metrics } from "./service-metrics.ts";

declare module "fastify" {
  interface FastifyInstance {
    jobs: JobRunner;
  }
}

interface JobOptions {
  /** What trainer processes inherit of the environment. */
  environment?: NodeJS.ProcessEnv | undefined;
  startTrainer?: StartTrainer | undefined;
}

/** Hands the store's log to the runner; takes up what the last process left before the first request is answered. */
export const jobs = fp<JobOptions>(
  async (app, { environment = {}, startTrainer = createTrainerPool({ logger: app.log, environment }).start }) => {
    const { UNROLL_TRAINING_SLOTS: slots, UNROLL_MAX_QUEUED_JOBS: maxQueued } = app.config;
    const log = countEvents(app.store.jobs, app.metrics);
    const runner = createJobRunner({ log, startTrainer, slots, maxQueued, logger: app.log });
    app.decorate("jobs", runner);
    app.addHook("onReady", () => runner.start());

    // Running jobs write their checkpoint while the sockets say good-bye.
    let drained: Promise<void> = Promise.resolve();
    app.draining.addEventListener("abort", () => {
      drained = runner.drain();
    });
    app.addHook("preClose", () => drained);
  },
  { name: "jobs", dependencies: ["config", "store", "metrics", "draining"] },
);

function countEvents(store: JobStore, metrics: Metrics): JobLog {
  return {
    create: (job) => store.create(job),
    get: (id) => store.get(id),
    events: (job, after, limit) => store.events(job, after, limit),
    record: (job) => store.record(job),
    unfinished: () => store.unfinished(),
    async append(job, events, change) {
      await store.append(job, events, change);
      for (const event of events) metrics.countEvent(event);
    },
  };
}
