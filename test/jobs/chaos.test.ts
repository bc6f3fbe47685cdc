import fc from "fast-check";
import { expect, test } from "vitest";
import { appError } from "../../src/errors.ts";
import { isEnded } from "../../src/jobs/job-states.ts";
import type { JobEvent } from "../../src/schemas/events.ts";
import { openRoom, type Room } from "./job-room.ts";
import { MemoryJobLog } from "./memory-job-log.ts";
import type { ScriptedRun } from "./scripted-trainers.ts";

/** A server that can be killed and started again over the same log, and clients that come back. */
class House {
  room!: Room;
  jobs: string[] = [];
  /** Trainers that run at the moment, by job. */
  alive = new Map<string, ScriptedRun>();
  seen: JobEvent[][] = [];
  #cut = new AbortController();

  async open(log = new MemoryJobLog()): Promise<void> {
    const { alive } = this;
    this.room = openRoom({
      ...{ log, slots: 2 },
      startTrainer: (spec, onEvent) => {
        expect(alive.has(spec.job)).toBe(false);
        expect(alive.size).toBeLessThan(2);
        const run = this.room.trainers.start(spec, onEvent) as ScriptedRun;
        alive.set(spec.job, run);
        void run.ended.then(() => alive.delete(spec.job));
        run.start();
        return run;
      },
    });
    await this.room.runner.start();
  }

  async kill(): Promise<void> {
    this.#cut.abort();
    this.room.log.dead = true;
    this.alive = new Map();
    await this.open(new MemoryJobLog(this.room.log.rows));
    this.listen();
  }

  /** Every client goes on after the last event it has seen. */
  listen(): void {
    this.#cut = new AbortController();
    const { signal } = this.#cut;
    for (const [index, job] of this.jobs.entries()) {
      this.seen[index] ??= [];
      const events = this.room.runner.events(job, this.seen[index].length, signal);
      void this.#read(events, this.seen[index], signal);
    }
  }

  async #read(events: AsyncIterable<JobEvent>, seen: JobEvent[], signal: AbortSignal): Promise<void> {
    for await (const event of events) if (!signal.aborted) seen.push(event);
  }
}

type Act = (house: House, pick: number) => unknown;

/** As trainers are: one that has ended says nothing more. */
function onRun(act: (run: ScriptedRun, pick: number) => void): Act {
  return ({ alive }, pick) => {
    const run = [...alive.values()][pick % Math.max(1, alive.size)];
    if (run !== undefined) act(run, pick);
  };
}

const onJob =
  (verb: "cancel" | "pause" | "resume"): Act =>
  ({ room, jobs }, pick) =>
    room.runner[verb](jobs[pick % jobs.length]!).catch((error: { code?: string }) => {
      // A state that forbids it, or a full disk: both are answers. Anything else is a fault.
      if (error.code !== "job_state" && error.code !== "disk_full") throw error;
    });

const acts: Record<string, Act> = {
  cancel: onJob("cancel"),
  pause: onJob("pause"),
  resume: onJob("resume"),
  train: onRun((run, pick) => run.trainTo(run.step + (pick % 5))),
  checkpoint: onRun((run) => run.checkpoint()),
  succeed: onRun((run) => run.succeed()),
  lose: onRun((run) => run.lose()),
  fail: onRun((run) => run.end({ type: "error", error: { code: "training_diverged", detail: "NaN", errors: [] } })),
  fillDisk: ({ room }) => room.log.failures.push(appError("disk_full", "no space left")),
  loseReply: ({ room }) => {
    room.log.failAfterStoring = true;
  },
};

async function live(steps: [string, number][]): Promise<House> {
  const house = new House();
  await house.open();
  house.jobs = (await Promise.all([1, 2, 3, 4].map(() => house.room.submit()))).map(({ id }) => id);
  house.listen();
  for (const [name, pick] of steps) {
    if (name === "breathe") await new Promise(setImmediate);
    else if (name === "kill") await house.kill();
    else void acts[name]!(house, pick);
  }
  house.room.log.failures = [];
  return house;
}

async function endAll(house: House): Promise<void> {
  const { runner } = house.room;
  for (const [index, job] of house.jobs.entries()) {
    await acts.cancel!(house, index);
    await runner.wait(job, 10_000);
  }
  // An end that is stored may yet have to be stored once more, as far as the runner knows.
  while (runner.counts().running > 0) await new Promise(setImmediate);
  expect(runner.counts()).toEqual({ queued: 0, running: 0, slots: 2 });
}

async function expectSound({ room, jobs, seen }: House): Promise<void> {
  for (const [index, id] of jobs.entries()) {
    const { events, job } = room.log.row(id);
    expect(isEnded(job.status)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: "job-end", status: job.status });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, position) => position + 1));
    const reported = events.flatMap((event) => (event.type === "step-end" ? event.step : []));
    expect(reported).toEqual([...new Set(reported)].sort((one, other) => one - other));
    while (seen[index]!.length < events.length) await new Promise(setImmediate);
    expect(seen[index]).toEqual(events);
  }
}

const scripts = (...names: string[]) =>
  fc.array(fc.tuple(fc.constantFrom(...Object.keys(acts), ...names), fc.nat(1000)), { minLength: 20, maxLength: 80 });
const bounds = { numRuns: 200, timeout: 5000, endOnFailure: true };

test("whatever happens in whatever order: one run of a job at a time, one log without gaps, and every job ends", async () => {
  const property = fc.asyncProperty(scripts("breathe"), async (steps) => {
    const house = await live(steps);
    await endAll(house);
    await expectSound(house);
  });
  await fc.assert(property, bounds);
});

test("the same with a server that is killed at any moment: what a client has seen stays true", async () => {
  const property = fc.asyncProperty(scripts("breathe", "kill"), async (steps) => {
    const house = await live(steps);
    await endAll(house);
    await expectSound(house);
  });
  await fc.assert(property, bounds);
});
