import { afterAll, beforeAll, expect, test } from "vitest";
import { tf } from "../../src/rnn/backend.ts";
import { readCheckpoint } from "../../src/rnn/checkpoint.ts";
import { createWorkspace, rhyme, run, type Workspace } from "./training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

test("a range test finds a rate that learns far more in 60 steps than one far too low or far too high", async () => {
  const before = tf.memory().numTensors;
  const architecture = { units: 24, layers: 1 };
  const training = { steps: 60, checkpoint_every: 60, learning_rate: 0.00001 };
  const measured = await run(
    await workspace.spec(rhyme, { architecture, training: { ...training, auto: ["learning_rate"] } }),
  );
  const rate = measured.of("job-start")[0]!.learning_rate!;
  expect(rate).toBeGreaterThan(0.002);
  expect(rate).toBeLessThan(0.1);
  expect(measured.of("step-end").at(-1)!.learning_rate).toBe(rate);
  const { description } = await readCheckpoint(measured.of("checkpoint")[0]!.file.path);
  expect(description.training.learning_rate).toBe(rate);

  const lossAt = async (learning_rate: number) => {
    const { of } = await run(await workspace.spec(rhyme, { architecture, training: { ...training, learning_rate } }));
    return of("checkpoint")[0]!.metrics.validation_loss!;
  };
  const found = measured.of("checkpoint")[0]!.metrics.validation_loss!;
  expect(found).toBe(await lossAt(rate)); // the test leaves no trace in the run
  expect(found).toBeLessThan((await lossAt(rate / 50)) - 0.3);
  expect(found).toBeLessThan((await lossAt(rate * 50)) - 0.3);
  expect(tf.memory().numTensors).toBe(before);
});
