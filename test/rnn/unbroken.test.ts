import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../src/rnn/checkpoint.ts";
import { Random } from "../../src/rnn/random.ts";
import { train } from "../../src/rnn/train.ts";
import type { TrainingSettings } from "../../src/schemas/jobs.ts";
import type { TrainingEvent, TrainingOutcome, TrainingSpec } from "../../src/schemas/training-run.ts";
import { delayedBits, sequenceSpec } from "./sequence/sequence-spec.ts";
import { forecastSpec } from "./series/forecast-spec.ts";
import { createWorkspace, rhyme, run, type Workspace } from "./training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

/** A signal that stops a run when it has been asked for the `polls`-th time: between any two batches, in evaluations, anywhere. */
function stopAfter(polls: number, reason: "cancel" | "suspend") {
  let count = 0;
  const signal = {
    reason,
    get aborted() {
      count += 1;
      return count > polls;
    },
  };
  return { signal: signal as unknown as AbortSignal, polls: () => count };
}

async function segment(spec: TrainingSpec, polls: number, reason: "cancel" | "suspend") {
  const events: TrainingEvent[] = [];
  const stop = stopAfter(polls, reason);
  const outcome: TrainingOutcome = await train(spec, (event) => events.push(event), stop.signal);
  return { outcome, events, polls: stop.polls() };
}

function lastCheckpoint(events: TrainingEvent[]) {
  return events.filter((event) => event.type === "checkpoint").at(-1)?.file.path ?? null;
}

async function sha256(filePath: string): Promise<string> {
  const { tensors } = await readCheckpoint(filePath);
  const hash = createHash("sha256");
  for (const [name, { data }] of tensors) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** Paused (all is written) or killed (only what was written before counts) at five random places. */
async function expectUnbroken(spec: TrainingSpec, seed: number): Promise<void> {
  const whole = await segment(spec, Number.POSITIVE_INFINITY, "cancel");
  expect(whole.outcome.status).toBe("succeeded");
  const random = new Random(seed);
  let resumeFrom: string | null = null;
  let reportedStep = 0;
  for (let stop = 0; stop < 5; stop++) {
    const polls = 1 + random.integer(Math.ceil(whole.polls / 3));
    const part = await segment({ ...spec, resumeFrom, reportedStep }, polls, stop % 2 === 0 ? "suspend" : "cancel");
    resumeFrom = lastCheckpoint(part.events) ?? resumeFrom;
    for (const event of part.events) if (event.type === "step-end") reportedStep = Math.max(reportedStep, event.step);
  }
  const end = await segment({ ...spec, resumeFrom, reportedStep }, Number.POSITIVE_INFINITY, "cancel");
  expect(end.outcome).toEqual(whole.outcome);
  expect(await sha256(lastCheckpoint(end.events) ?? resumeFrom!)).toBe(await sha256(lastCheckpoint(whole.events)!));
}

const usual = { steps: 30, checkpoint_every: 4 };

describe("ends with the weights of an unbroken run, bit for bit", () => {
  test.each([
    ["momentum, Nesterov, dropout, l2", { optimizer: "sgd", momentum: 0.9, nesterov: true, l2: 0.001 }],
    [
      "centered rmsprop with momentum, clipped by value, plateau",
      {
        optimizer: "rmsprop",
        centered: true,
        momentum: 0.5,
        clip_norm: null,
        clip_value: 0.05,
        schedule: { type: "plateau", patience: 1, cooldown: 1, factor: 0.3, min_delta: 0.5, warmup_steps: 3 },
      },
    ],
    [
      "a stride and scheduled sampling",
      { sequence_stride: 2, scheduled_sampling: { schedule: "linear", probability: 0.9, choice: "sample" } },
    ],
    ["a learning rate that it measured", { auto: ["learning_rate"] }],
  ] satisfies [string, Partial<TrainingSettings>][])("text: %s", async (_name, training) => {
    const architecture = { dropout: 0.2 };
    await expectUnbroken(await workspace.spec(rhyme, { architecture, training: { ...usual, ...training } }), 1);
  });

  test("text: replay and an elastic penalty, from a checkpoint, with a grown vocabulary", async () => {
    const first = await run(await workspace.spec(rhyme));
    const origin = {
      path: first.of("checkpoint")[0]!.file.path,
      oldDataset: { path: (await workspace.spec(rhyme)).dataset.path },
    };
    const training = {
      ...usual,
      ...{ replay: { share: 0.5 }, elastic_penalty: { strength: 50, samples: 5 } },
      init_from: { grow_vocabulary: true },
    };
    const text = "Zebras, zigzag: x y z.\n".repeat(20);
    for (const seed of [2, 3]) await expectUnbroken(await workspace.spec(text, { training, run: { origin } }), seed);
  });

  test("forecast", async () => {
    const target = Array.from({ length: 120 }, (_, month) => 100 + 10 * Math.sin(month) + month);
    const spec = await forecastSpec(workspace.folder, [{ id: "a", target }], { horizon: 4 });
    const training = { ...spec.training, ...usual, optimizer: "sgd" as const, momentum: 0.9, batch_size: 4 };
    await expectUnbroken({ ...spec, architecture: { ...spec.architecture, dropout: 0.2, units: 4 }, training }, 4);
  });

  test("sequence", async () => {
    const changes = {
      architecture: { dropout: 0.2 },
      training: { ...usual, optimizer: "rmsprop", momentum: 0.5 },
    } as const;
    await expectUnbroken(await sequenceSpec(workspace.folder, delayedBits(20), changes), 5);
  });
});
