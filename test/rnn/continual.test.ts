import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tf } from "../../src/rnn/backend.ts";
import { readCheckpoint, tensorGroup } from "../../src/rnn/checkpoint.ts";
import type { TrainingSettings } from "../../src/schemas/jobs.ts";
import { createWorkspace, type FinishedRun, rhyme, run, type Workspace } from "./training-fixture.ts";

let workspace: Workspace;
let learned: FinishedRun;
const other = Array.from(
  { length: 30 },
  (_, index) => `${["tea", "hat", "log"][index % 3]} has no end and ${index % 2 ? "cat" : "dog"}.\n`,
).join("");
const size = { units: 24, layers: 1 } as const;

beforeAll(async () => {
  workspace = await createWorkspace();
  const training = { steps: 120, learning_rate: 0.02, checkpoint_every: 120 };
  learned = await run(await workspace.spec(rhyme, { architecture: size, training }));
});
afterAll(() => workspace.remove());

/** Goes on with another text from what was learned of the rhyme. */
async function goOn(text: string, training: Partial<TrainingSettings> = {}) {
  const old = await workspace.spec(rhyme);
  const origin = { path: learned.of("checkpoint")[0]!.file.path, oldDataset: { path: old.dataset.path } };
  const settings = { steps: 60, learning_rate: 0.02, checkpoint_every: 20, ...training };
  return workspace.spec(text, { architecture: size, training: settings, run: { origin } });
}

const lastMetrics = ({ of }: FinishedRun) => of("checkpoint").at(-1)!.metrics;

test("a run begins with the weights of a checkpoint", async () => {
  const before = learned.of("checkpoint")[0]!;
  const { of } = await run(await goOn(rhyme, { steps: 1, learning_rate: 1e-9, checkpoint_every: 1 }));
  const [start, file] = await Promise.all([before.file.path, of("checkpoint")[0]!.file.path].map(readCheckpoint));
  const [old, fresh] = [start, file].map(({ tensors }) => tensorGroup(tensors, "model"));
  for (const [name, { data }] of old!) {
    for (const [index, value] of data.entries()) expect(fresh!.get(name)!.data[index]!).toBeCloseTo(value, 6);
  }
  expect(of("checkpoint")[0]!.metrics.validation_loss).toBeCloseTo(before.metrics.validation_loss!, 4);
});

test("an old text too short for a batch has a loss all the same", async () => {
  const spec = await goOn(other, { steps: 1, batch_size: 16, sequence_length: 10, checkpoint_every: 1 });
  const short = await workspace.spec(rhyme.slice(0, 100));
  spec.origin!.oldDataset = { path: short.dataset.path };
  expect(lastMetrics(await run(spec)).old_loss).toBeGreaterThan(0);
});

test("characters that the checkpoint has never seen are refused by name, or get rows of their own", async () => {
  const text = `${other}zebra xylophone Ünder.\n`;
  const refused = run(await goOn(text));
  await expect(refused).rejects.toMatchObject({ code: "validation_failed" });
  await expect(refused).rejects.toThrow(/"z".*"x".*"Ü"/);

  const before = tf.memory().numTensors;
  const { of } = await run(
    await goOn(text, { steps: 1, learning_rate: 1e-9, init_from: { grow_vocabulary: true }, checkpoint_every: 1 }),
  );
  expect(tf.memory().numTensors).toBe(before);
  const [start, grown] = await Promise.all(
    [learned.of("checkpoint")[0]!, of("checkpoint")[0]!].map(({ file }) => readCheckpoint(file.path)),
  );
  const known = start!.description.taskDescription.vocabulary as string[];
  const vocabulary = grown!.description.taskDescription.vocabulary as string[];
  expect(vocabulary.slice(0, known.length)).toEqual(known);
  expect(vocabulary.slice(known.length)).toEqual([...new Set(text)].filter((one) => !known.includes(one)).sort());
  const [oldHead, newHead] = [start!, grown!].map(({ tensors }) => tensors.get("model/head/kernel")!);
  expect(newHead!.shape).toEqual([24, vocabulary.length]);
  // Unit 5's weight of the third character, in matrices of different widths.
  expect(newHead!.data[5 * vocabulary.length + 2]).toBeCloseTo(oldHead!.data[5 * known.length + 2]!, 6);
  const kernel = grown!.tensors.get("model/recurrent/0/kernel")!;
  expect(kernel.shape[0]).toBe(vocabulary.length);
  expect(kernel.data.subarray(known.length * kernel.shape[1]!).some((value) => value !== 0)).toBe(true);
});

test("a checkpoint of another network is refused, tensor by tensor", async () => {
  const spec = await goOn(other);
  const refused = run({ ...spec, architecture: { ...spec.architecture, units: 8 } });
  await expect(refused).rejects.toMatchObject({ code: "validation_failed" });
  await expect(refused).rejects.toThrow(/recurrent\/0\/kernel .*head\/kernel/);
});

describe("what was learned before", () => {
  let forgetful: Record<string, number>;
  beforeAll(async () => {
    forgetful = lastMetrics(await run(await goOn(other)));
  });

  test("is forgotten, and every evaluation says how much", async () => {
    expect(forgetful.old_loss_before).toBeCloseTo(learned.of("checkpoint")[0]!.metrics.validation_loss!, 4);
    expect(forgetful.old_loss! - forgetful.old_loss_before!).toBeGreaterThan(0.5);
  });

  test("is kept where a share of it is replayed", async () => {
    const replayed = lastMetrics(await run(await goOn(other, { replay: { share: 0.5 } })));
    expect(replayed.old_loss! - replayed.old_loss_before!).toBeLessThan(0.3);
  });

  test("is kept where weights that mattered are held", async () => {
    const penalties = await Promise.all(
      [1, 1000].map(async (strength) =>
        lastMetrics(await run(await goOn(other, { elastic_penalty: { strength, samples: 50 } }))),
      ),
    );
    expect(penalties[1]!.old_loss!).toBeLessThan(penalties[0]!.old_loss!);
    expect(penalties[1]!.old_loss!).toBeLessThan(forgetful.old_loss! - 0.3);
    expect(penalties[1]!.validation_loss!).toBeGreaterThan(forgetful.validation_loss!);
  });

  test("more samples, another Fisher information", async () => {
    const losses = [];
    for (const samples of [1, 20]) {
      losses.push(
        lastMetrics(await run(await goOn(other, { elastic_penalty: { strength: 100, samples } }))).train_loss,
      );
    }
    expect(losses[0]).not.toBe(losses[1]);
  });
});
