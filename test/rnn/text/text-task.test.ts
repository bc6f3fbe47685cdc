import { afterAll, beforeAll, expect, test } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { chooseUpdater } from "../../../src/rnn/optimizers/choose-updater.ts";
import { Optimizer } from "../../../src/rnn/optimizers/optimizer.ts";
import { Random } from "../../../src/rnn/random.ts";
import { createTextTask } from "../../../src/rnn/text/text-task.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import type { Cell } from "../../../src/schemas/models.ts";
import { type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";
import { createWorkspace, type Workspace } from "../training-fixture.ts";

interface Fixture {
  cell: Cell;
  text: string;
  units: number;
  training: Partial<TrainingSettings>;
  weights: Record<string, FixtureTensor>;
  losses: number[];
  validation_loss: number;
}

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

test.each(readFixture<Fixture[]>("text-training.json"))(
  "$cell: learns as it does in PyTorch, step by step",
  async (fixture) => {
    const architecture = { cell: fixture.cell, units: fixture.units };
    const spec = await workspace.spec(fixture.text, { architecture, training: fixture.training });
    const task = await createTextTask(spec, new Random(1));
    expect([...task.parameters.keys()]).toEqual(Object.keys(fixture.weights));
    for (const [name, variable] of task.parameters) variable.assign(fromFixture(fixture.weights[name]!));

    const optimizer = new Optimizer(chooseUpdater(spec.training), task.parameters);
    const { learning_rate: learningRate, clip_norm: clipNorm } = spec.training;
    for (const [index, expected] of fixture.losses.entries()) {
      const { value, grads } = tf.variableGrads(task.nextBatch(), [...task.parameters.values()]);
      optimizer.apply({ gradients: grads, learningRate, clipNorm, clipValue: null, step: index + 1 });
      expect(value.dataSync()[0]! / expected).toBeCloseTo(1, 4);
    }
    const { validationLoss } = await task.evaluate(async () => {});
    expect(validationLoss! / fixture.validation_loss).toBeCloseTo(1, 4);
    optimizer.dispose();
    task.dispose();
  },
);
