import { describe, expect, test } from "vitest";
import { backend, type Tensor, tf, type Variable } from "../../../src/rnn/backend.ts";
import { addKernelPenalty } from "../../../src/rnn/optimizers/add-kernel-penalty.ts";
import { updateRuleOf } from "../../../src/rnn/optimizers/choose-updater.ts";
import { fusedUpdater } from "../../../src/rnn/optimizers/fused-updater.ts";
import { layerNorms } from "../../../src/rnn/optimizers/layer-norms.ts";
import { Optimizer } from "../../../src/rnn/optimizers/optimizer.ts";
import { optimizerSettings } from "../../../src/rnn/optimizers/optimizer-settings.ts";
import { referenceUpdater } from "../../../src/rnn/optimizers/reference-updater.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Fixture {
  optimizer: TrainingSettings["optimizer"];
  options: Partial<TrainingSettings>;
  start: FixtureTensor[];
  gradients: FixtureTensor[][];
  norms: number[][];
  end: FixtureTensor[];
}

const fixtures = readFixture<Fixture[]>("optimizer-options.json").map(
  (fixture) => [`${fixture.optimizer} ${JSON.stringify(fixture.options)}`, fixture] as const,
);
const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;
const makers = { reference: (_settings, rule) => referenceUpdater(rule), fused: fusedUpdater } satisfies Record<
  string,
  typeof fusedUpdater
>;

function run(level: keyof typeof makers, { optimizer: name, options, ...fixture }: Fixture) {
  const settings = optimizerSettings({ optimizer: name, weight_decay: 0, ...options });
  const parameters = new Map<string, Variable>();
  for (const [index, values] of fixture.start.entries()) parameters.set(`p${index}`, tf.variable(fromFixture(values)));
  const optimizer = new Optimizer(makers[level](settings, updateRuleOf(settings)), parameters);
  for (const [index, step] of fixture.gradients.entries()) {
    const gradients: Record<string, Tensor> = {};
    for (const [at, variable] of [...parameters.values()].entries()) gradients[variable.name] = fromFixture(step[at]!);
    const bounds = { clipNorm: null, clipValue: options.clip_value ?? null };
    const { norms } = optimizer.apply({ gradients, learningRate: 0.05, step: index + 1, ...bounds });
    expect(norms).toEqual(fixture.norms[index]!.map((norm) => expect.closeTo(norm, 5)));
  }
  return [...parameters.values()];
}

describe.each(["reference", "fused"] as const)("%s updater", (level) => {
  describe.skipIf(level === "fused" && missing)(missing, () => {
    test.each(fixtures)("%s: ends where PyTorch ends", (_, fixture) => {
      for (const [index, variable] of run(level, fixture).entries()) expectClose(variable, fixture.end[index]!);
    });
  });
});

test("l2 adds 2 * l2 * w to the gradients of kernels, and leaves biases alone", () => {
  const kernel = tf.variable(tf.tensor1d([1, -2]));
  const bias = tf.variable(tf.tensor1d([3]));
  const gradients = { [kernel.name]: tf.tensor1d([0.5, 0.5]), [bias.name]: tf.tensor1d([0.25]) };
  const before = tf.memory().numTensors;
  addKernelPenalty(
    gradients,
    new Map([
      ["recurrent/0/recurrent_kernel", kernel],
      ["recurrent/0/bias", bias],
    ]),
    0.125,
  );
  expect([...gradients[kernel.name]!.dataSync()]).toEqual([0.75, 0]);
  expect([...gradients[bias.name]!.dataSync()]).toEqual([0.25]);
  expect(tf.memory().numTensors).toBe(before);
});

test("norms are put together layer by layer", () => {
  const names = ["embedding", "recurrent/0/kernel", "recurrent/0/bias", "head/kernel"];
  expect(layerNorms(names, [1, 3, 4, 2])).toEqual({ embedding: 1, "recurrent/0": 5, head: 2 });
});
