import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/rnn/checkpoint.ts";
import { Random } from "../../../src/rnn/random.ts";
import { planBatches } from "../../../src/rnn/sequence/plan-batches.ts";
import type { SequenceRecord } from "../../../src/rnn/sequence/read-sequence-file.ts";
import { sequenceBatch } from "../../../src/rnn/sequence/sequence-batch.ts";
import { sequenceLoss } from "../../../src/rnn/sequence/sequence-loss.ts";
import { createSequenceNetwork } from "../../../src/rnn/sequence/sequence-network.ts";
import { createSequenceTask } from "../../../src/rnn/sequence/sequence-task.ts";
import { architectureOf } from "../../architecture.ts";
import { run } from "../training-fixture.ts";
import { delayedBits, meanTemperatures, sequenceSpec } from "./sequence-spec.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "unroll-sequences-"));
});
afterAll(() => rm(folder, { recursive: true }));

const bits = { sequence: { loss: "cross_entropy", output_size: 2 } } as const;

describe("a run learns", () => {
  test("the class of each step, over sequences of different lengths", async () => {
    const training = { steps: 150, learning_rate: 0.03, checkpoint_every: 150, sample_every: 50 };
    const { outcome, of } = await run(await sequenceSpec(folder, delayedBits(60), { ...bits, training }));
    if (outcome.status !== "succeeded") throw new Error("expected the run to succeed");
    expect(outcome.metrics).toMatchObject({ accuracy: 1, sequence_accuracy: 1 });
    expect(outcome.metrics.baseline_accuracy).toBeGreaterThan(0.4);
    expect(outcome.metrics.baseline_accuracy).toBeLessThan(0.8);
    const { sequence } = of("sample").at(-1)!;
    expect(sequence!.outputs).toEqual(sequence!.targets);
    expect(sequence!.inputs).toHaveLength(sequence!.steps);
    expect(new Set(of("sample").map((sample) => JSON.stringify(sample.sequence!.inputs))).size).toBe(3);
  });

  test("values at the end, whatever their unit, and tells errors in it", async () => {
    const training = { steps: 200, learning_rate: 0.02, checkpoint_every: 200, sample_every: 200 };
    const spec = await sequenceSpec(folder, meanTemperatures(60), { training });
    const { outcome, of } = await run(spec);
    if (outcome.status !== "succeeded") throw new Error("expected the run to succeed");
    const { mse, mae, baseline_mse: baseline, validation_loss: loss } = outcome.metrics;
    expect(mse!).toBeLessThan(baseline! / 10);
    expect(mae! ** 2).toBeLessThanOrEqual(mse! * 1.0001);
    expect(loss!).toBeLessThan(0.1);
    const { sequence } = of("sample")[0]!;
    expect(sequence!.inputs[0]![0]).toBeGreaterThan(940);
    expect(sequence!.targets).toHaveLength(1);
    expect(sequence!.outputs[0]![1]! / 10).toBeCloseTo(sequence!.outputs[0]![0]!, -2);
  });
});

test("padding changes nothing: the loss of a batch is the mean over the real steps of its sequences", () => {
  const records: SequenceRecord[] = [3, 9, 5].map((length) => ({
    length,
    inputs: Float32Array.from({ length: length * 2 }, (_, index) => Math.sin(index + length)),
    targets: Float32Array.from({ length: length * 2 }, (_, index) => Math.cos(index * length)),
  }));
  const architecture = architectureOf({ units: 5, layers: 2 });
  const settings = { input_size: 2, output_size: 2, output: "each_step" } as const;
  const network = createSequenceNetwork(architecture, settings, new Random(3));
  const lossOf = (some: SequenceRecord[]) => {
    const batch = sequenceBatch(some, 2, "each_step");
    return sequenceLoss(network.apply(batch, null), batch.targets, "mse").dataSync()[0]!;
  };
  const alone = records.map((record) => lossOf([record]) * record.length);
  expect(lossOf(records)).toBeCloseTo(alone.reduce((sum, loss) => sum + loss, 0) / 17, 6);
  network.parameters.dispose();
});

test("an epoch holds every sequence once, in batches of like lengths, differently each time", () => {
  const random = new Random(1);
  const lengths = Array.from({ length: 203 }, (_, index) => 1 + ((index * 37) % 100));
  const batches = planBatches(lengths, 8, random);
  expect(batches).toHaveLength(26);
  expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
  const spread = (batch: number[]) => {
    const its = batch.map((index) => lengths[index]!);
    return Math.max(...its) - Math.min(...its);
  };
  // Unsorted, eight of 1 to 100 lie some 80 apart.
  expect(batches.reduce((sum, batch) => sum + spread(batch), 0) / batches.length).toBeLessThan(15);
  expect(planBatches(lengths, 8, random)).not.toEqual(batches);
});

test("inputs and targets are scaled by the training part alone, or not at all", async () => {
  const sequences = meanTemperatures(40);
  const standard = await createSequenceTask(await sequenceSpec(folder, sequences), new Random(1));
  const { inputs, targets } = standard.describe() as { inputs: { mean: number[] }; targets: { deviation: number[] } };
  expect(inputs.mean[0]).toBeGreaterThan(950);
  expect(targets.deviation[1]! / targets.deviation[0]!).toBeCloseTo(10, 2);
  standard.dispose();
  const none = { sequence: { scaling: "none" } } as const;
  const plain = await createSequenceTask(await sequenceSpec(folder, sequences, none), new Random(1));
  expect(plain.describe()).toEqual({ inputs: null, targets: null });
  plain.dispose();
  const classes = await createSequenceTask(await sequenceSpec(folder, delayedBits(20), bits), new Random(1));
  expect(classes.describe()).toMatchObject({ inputs: { mean: [expect.any(Number)] }, targets: null });
  classes.dispose();
});

test("killed at any step and resumed, a run ends as an unbroken one, bit for bit", async () => {
  const architecture = { cell: "lstm", dropout: 0.3 } as const;
  // 23 training sequences in batches of 4: kills fall into the middle of an epoch, and on its end.
  const training = { steps: 40, checkpoint_every: 6 };
  const spec = await sequenceSpec(folder, delayedBits(30), { ...bits, architecture, training });
  const lastFile = async (...runs: Awaited<ReturnType<typeof run>>[]) =>
    readCheckpoint(runs.flatMap(({ of }) => of("checkpoint")).at(-1)!.file.path);
  const expected = await lastFile(await run(spec));
  for (const killAt of [7, 12, 20, 31, 39]) {
    const killed = await run(spec, (event) => (event.type === "step-end" && event.step >= killAt ? "cancel" : null));
    const resumeFrom = killed.of("checkpoint").at(-1)!.file.path;
    const { description, tensors } = await lastFile(killed, await run({ ...spec, resumeFrom }));
    expect([...tensors]).toEqual([...expected.tensors]);
    expect(description).toEqual(expected.description);
  }
});

test("a checkpoint of other sequence settings is refused", async () => {
  const resumeFrom = (await run(await sequenceSpec(folder, delayedBits(20), bits))).of("checkpoint")[0]!.file.path;
  const other = await sequenceSpec(folder, delayedBits(20), { sequence: { ...bits.sequence, scaling: "none" } });
  await expect(run({ ...other, resumeFrom })).rejects.toMatchObject({ code: "training_failed" });
});
