import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backend } from "../../src/rnn/backend.ts";
import { readCheckpoint } from "../../src/rnn/checkpoint.ts";
import type { TrainingEvent, TrainingSpec } from "../../src/schemas/training-run.ts";
import {
  createWorkspace,
  type EventOf,
  type FinishedRun,
  rhyme,
  run,
  type SpecChanges,
  type Workspace,
} from "./training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

/** All tensors and counters of a run's last checkpoint: weights, moments, carried state, random states. */
async function lastState({ of }: FinishedRun) {
  const { tensors, description } = await readCheckpoint(of("checkpoint").at(-1)!.file.path);
  return { tensors: [...tensors], description };
}

/** What was reported, without what depends on the clock. */
function story(events: TrainingEvent[]) {
  return events
    .filter(({ type }) => type === "epoch-end" || type === "sample" || type === "checkpoint")
    .map((event) => {
      if (event.type !== "checkpoint") return event;
      const { step, metrics, best } = event;
      return { type: event.type, step, metrics, best };
    });
}

/** A run killed after a step: it goes on from the last checkpoint that was reported. */
async function killAndResume(spec: TrainingSpec, killAt: number): Promise<FinishedRun> {
  // A cancel is what a kill looks like from outside: nothing is written after it.
  const killed = await run(spec, (event) => (event.type === "step-end" && event.step >= killAt ? "cancel" : null));
  return resume(spec, killed);
}

async function resume(spec: TrainingSpec, stopped: FinishedRun): Promise<FinishedRun> {
  const checkpoint = stopped.of("checkpoint").at(-1);
  const reportedStep = stopped.of("step-end").at(-1)?.step ?? 0;
  const resumed = await run({ ...spec, attempt: 2, resumeFrom: checkpoint?.file.path ?? null, reportedStep });
  expect(resumed.of("job-start")[0]).toMatchObject({ attempt: 2, step: checkpoint?.step ?? 0 });
  for (const { step } of resumed.of("step-end")) expect(step).toBeGreaterThan(reportedStep);
  const events = [...stopped.events, ...resumed.events];
  const of = <T extends TrainingEvent["type"]>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  return { outcome: resumed.outcome, events, of };
}

const cases: (readonly [string, SpecChanges])[] = [
  ["lstm with dropout", { architecture: { cell: "lstm", dropout: 0.3 } }],
  [
    "residual gru with recurrent dropout and attention, whose memory is carried",
    { architecture: { cell: "gru", residual: true, recurrent_dropout: 0.3, attention: "dot", attention_window: 6 } },
  ],
  [
    "gru with dropout, adamw, cosine",
    {
      architecture: { cell: "gru", dropout: 0.3 },
      training: { optimizer: "adamw", weight_decay: 0.01, schedule: { type: "cosine", warmup_steps: 4 } },
    },
  ],
  [
    "simple_rnn with embedding, rmsprop",
    { architecture: { cell: "simple_rnn", embedding_size: 4 }, training: { optimizer: "rmsprop" } },
  ],
  // On a processor without bf16 the kernels that stand in for it: as exact, only slow.
  ...(backend.level === "fused"
    ? [["lstm with dropout in bf16", { architecture: { dropout: 0.3 }, training: { precision: "bf16" } }] as const]
    : []),
];

describe.each(cases)("%s", (_name, changes) => {
  const training = { steps: 30, checkpoint_every: 7, sample_every: 6, sample_length: 5, ...changes.training };

  test("killed and resumed ends as an unbroken run, bit for bit, and reports nothing twice", async () => {
    const spec = await workspace.spec(rhyme, { ...changes, training });
    const unbroken = await run(spec);
    const expected = await lastState(unbroken);
    for (const killAt of [10, 21]) {
      const broken = await killAndResume(spec, killAt);
      expect(await lastState(broken)).toEqual(expected);
      expect(story(broken.events)).toEqual(story(unbroken.events));
      expect(broken.outcome).toEqual(unbroken.outcome);
    }
  });

  test("suspended and resumed, again and again, ends as an unbroken run", async () => {
    const spec = await workspace.spec(rhyme, { ...changes, training });
    const unbroken = await run(spec);
    let finished = await run(spec, suspendAfter(4));
    for (const step of [13, 14, 29]) {
      expect(finished.outcome.status).toBe("stopped");
      expect(finished.of("checkpoint").at(-1)!.step).toBe(finished.outcome.step);
      const checkpoint = finished.of("checkpoint").at(-1)!;
      const reportedStep = finished.of("step-end").at(-1)!.step;
      finished = await run({ ...spec, resumeFrom: checkpoint.file.path, reportedStep }, suspendAfter(step));
    }
    finished = await resume(spec, finished);
    expect(await lastState(finished)).toEqual(await lastState(unbroken));
    expect(finished.outcome).toEqual(unbroken.outcome);
  });
});

/** Steps are grouped by time, so the run is told at the first event from that step on. */
function suspendAfter(step: number) {
  return (event: TrainingEvent) =>
    event.type !== "job-start" && "step" in event && event.step >= step ? "suspend" : null;
}

test("early stopping counts on from where it was", async () => {
  const training = {
    learning_rate: 1e-9,
    steps: 1000,
    checkpoint_every: 2,
    early_stopping: { patience: 4, min_delta: 0.01 },
  };
  const spec = await workspace.spec(rhyme, { training });
  const unbroken = await run(spec);
  expect(unbroken.outcome.step).toBe(10);
  expect((await killAndResume(spec, 6)).outcome).toEqual(unbroken.outcome);
});

test("a run that was over when it was killed has nothing left to do", async () => {
  const spec = await workspace.spec(rhyme);
  const finished = await run(spec);
  const again = await run({ ...spec, resumeFrom: finished.of("checkpoint").at(-1)!.file.path, reportedStep: 10 });
  expect(again.outcome).toEqual(finished.outcome);
  expect(again.events.map(({ type }) => type)).toEqual(["job-start"]);
});

test("a suspend before the first step has nothing to write", async () => {
  const { outcome, of } = await run(await workspace.spec(rhyme), () => "suspend");
  expect(outcome).toEqual({ status: "stopped", step: 0 });
  expect(of("checkpoint")).toEqual([]);
});

test("a checkpoint of other data, another model or another seed is refused", async () => {
  const spec = await workspace.spec(rhyme);
  const resumeFrom = (await run(spec)).of("checkpoint")[0]!.file.path;
  const others = [
    await workspace.spec(`${rhyme}A new line.\n`, { run: { resumeFrom } }),
    await workspace.spec(rhyme, { architecture: { units: 9 }, run: { resumeFrom } }),
    await workspace.spec(rhyme, { training: { seed: 8 }, run: { resumeFrom } }),
  ];
  for (const other of others) await expect(run(other)).rejects.toMatchObject({ code: "training_failed" });
});
