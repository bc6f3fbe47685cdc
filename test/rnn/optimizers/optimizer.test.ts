import { describe, expect, test } from "vitest";
import { backend, type Tensor, tf, type Variable } from "../../../src/rnn/backend.ts";
import { updateRuleOf } from "../../../src/rnn/optimizers/choose-updater.ts";
import { fusedUpdater } from "../../../src/rnn/optimizers/fused-updater.ts";
import { Optimizer } from "../../../src/rnn/optimizers/optimizer.ts";
import { optimizerSettings } from "../../../src/rnn/optimizers/optimizer-settings.ts";
import { referenceUpdater } from "../../../src/rnn/optimizers/reference-updater.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import { expectClose, type FixtureTensor, fromFixture, readFixture } from "../read-fixture.ts";

interface Fixture {
  optimizer: TrainingSettings["optimizer"];
  clip_norm: number | null;
  start: FixtureTensor[];
  gradients: FixtureTensor[][];
  norms: number[];
  end: FixtureTensor[];
}

const fixtures = readFixture<Fixture[]>("optimizers.json");
const learningRate = { sgd: 0.1, rmsprop: 0.01, adam: 0.01, adamw: 0.01 };

const settingsOf = ({ optimizer }: Fixture) => optimizerSettings({ optimizer, weight_decay: 0.1 });
const updaters = {
  reference: (fixture: Fixture) => referenceUpdater(updateRuleOf(settingsOf(fixture))),
  fused: (fixture: Fixture) => fusedUpdater(settingsOf(fixture), updateRuleOf(settingsOf(fixture))),
};
const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

describe("reference updater", () => checkOptimizer("reference"));
describe.skipIf(missing)(`fused updater${missing}`, () => checkOptimizer("fused"));

function checkOptimizer(level: keyof typeof updaters): void {
  function create(fixture: Fixture) {
    const parameters = new Map<string, Variable>();
    for (const [index, values] of fixture.start.entries())
      parameters.set(`p${index}`, tf.variable(fromFixture(values)));
    const optimizer = new Optimizer(updaters[level](fixture), parameters);
    const apply = (step: number, change: (gradient: Tensor) => Tensor = (gradient) => gradient) => {
      const gradients: Record<string, Tensor> = {};
      for (const [index, variable] of [...parameters.values()].entries()) {
        gradients[variable.name] = change(fromFixture(fixture.gradients[step - 1]![index]!));
      }
      return optimizer.apply({
        gradients,
        learningRate: learningRate[fixture.optimizer],
        clipNorm: fixture.clip_norm,
        clipValue: null,
        step,
      }).norm;
    };
    return { parameters, optimizer, apply };
  }

  test.each(fixtures)("$optimizer, clip_norm $clip_norm: ends where PyTorch ends", (fixture) => {
    const { parameters, apply } = create(fixture);
    for (const [index, norm] of fixture.norms.entries()) expect(apply(index + 1)).toBeCloseTo(norm, 4);
    for (const [index, variable] of [...parameters.values()].entries()) expectClose(variable, fixture.end[index]!);
  });

  test.each(fixtures)("$optimizer, clip_norm $clip_norm: goes on from saved moments, bit for bit", (fixture) => {
    const [unbroken, first, second] = [create(fixture), create(fixture), create(fixture)];
    for (const step of [1, 2, 3, 4]) unbroken.apply(step);
    for (const step of [1, 2]) first.apply(step);
    second.optimizer.restore(first.optimizer.save());
    for (const [name, variable] of second.parameters) variable.assign(first.parameters.get(name)!);
    for (const step of [3, 4]) second.apply(step);
    for (const [name, variable] of unbroken.parameters) {
      expect(second.parameters.get(name)!.dataSync()).toEqual(variable.dataSync());
    }
  });

  test("names its moments after the parameters, and refuses a checkpoint that lacks one", () => {
    const { optimizer } = create(fixtures.find((fixture) => fixture.optimizer === "adam")!);
    const saved = optimizer.save();
    expect([...saved].map(([name, { shape }]) => [name, shape])).toEqual([
      ["first_moment/p0", [2, 3]],
      ["first_moment/p1", [3]],
      ["second_moment/p0", [2, 3]],
      ["second_moment/p1", [3]],
    ]);
    saved.delete("second_moment/p1");
    expect(() => optimizer.restore(saved)).toThrow("second_moment/p1");
  });

  test("changes nothing where the gradient is not finite", () => {
    const { parameters, optimizer, apply } = create(fixtures.find((fixture) => fixture.optimizer === "adam")!);
    apply(1);
    const values = () => [...parameters.values()].map((variable) => variable.dataSync());
    const [before, moments] = [values(), optimizer.save()];
    expect(apply(2, (gradient) => tf.mul(gradient, Number.NaN))).toBeNaN();
    expect(apply(2, (gradient) => tf.mul(gradient, Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
    expect(values()).toEqual(before);
    expect(optimizer.save()).toEqual(moments);
  });

  test("keeps no tensors from step to step", () => {
    const { optimizer, apply } = create(fixtures.find((fixture) => fixture.optimizer === "adamw")!);
    const measure = (step: number) => {
      tf.tidy(() => void apply(step));
      return tf.memory().numTensors;
    };
    const before = measure(1);
    expect([measure(2), measure(3), measure(4)]).toEqual([before, before, before]);
    optimizer.dispose();
  });
}
