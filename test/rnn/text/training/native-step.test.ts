import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { toHostTensor } from "../../../../src/rnn/host-tensor.ts";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { createTapeStep } from "../../../../src/rnn/tape-step.ts";
import { createNativeStep } from "../../../../src/rnn/text/training/native-step.ts";
import { createTrainingState, disposeTrainingState, type TrainingState } from "../../../../src/rnn/training-state.ts";
import type { TrainingStep } from "../../../../src/rnn/training-step.ts";
import type { TrainingSpec } from "../../../../src/schemas/training-run.ts";
import { createWorkspace, rhyme, type SpecChanges, type Workspace } from "../../training-fixture.ts";

const { kernels } = loadFusedKernels();
const steps = 24; // more than an epoch

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

function takeSteps(step: TrainingStep, { training }: TrainingSpec, { from = 0, count = steps } = {}) {
  return Array.from({ length: count }, (_, index) =>
    step.take({
      step: from + index + 1,
      progress: 0,
      learningRate: training.learning_rate,
      clipNorm: training.clip_norm,
      clipValue: training.clip_value ?? null,
    }),
  );
}

/** Everything a checkpoint would hold. */
function everything({ task, optimizer }: TrainingState) {
  const weights = [...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)] as const);
  const { tensors, json } = task.saveState();
  return { tensors: new Map([...weights, ...optimizer.save(), ...tensors]), json };
}

/** The largest difference, over the largest expected number or `least` if that is more. */
function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>, least: number): number {
  const scale = Math.max(least, ...Array.from(expected, Math.abs));
  return Math.max(0, ...Array.from(found, (value, index) => Math.abs(value - expected[index]!))) / scale;
}

/** The same run twice, once a step at a time by the addon and once by the tape. */
async function bothOf(changes: SpecChanges) {
  const spec = await workspace.spec(rhyme, changes);
  const [one, other] = [
    await createTrainingState(spec, async () => {}),
    await createTrainingState(spec, async () => {}),
  ];
  const [native, tape] = [createNativeStep(spec, one)!, createTapeStep(spec.training, other)];
  const dispose = () => {
    native.dispose();
    for (const state of [one, other]) disposeTrainingState(state);
  };
  return { spec, native, tape, one, other, dispose };
}

const cases: [string, SpecChanges][] = [
  ["lstm", { architecture: { cell: "lstm", units: 16 } }],
  ["lstm of 37 units with dropout", { architecture: { cell: "lstm", units: 37, dropout: 0.3 } }],
  [
    "gru with an embedding, adamw",
    {
      architecture: { cell: "gru", units: 20, layers: 3, embedding_size: 9 },
      training: { optimizer: "adamw", weight_decay: 0.01 },
    },
  ],
  [
    "gru whose reset gate acts before, sgd with momentum",
    {
      architecture: { cell: "gru", reset_after: false, units: 7, dropout: 0.2 },
      training: { optimizer: "sgd", momentum: 0.9, nesterov: true },
    },
  ],
  [
    "simple_rnn of one layer, centered rmsprop, clipped by value",
    {
      architecture: { cell: "simple_rnn", units: 70, layers: 1 },
      training: { optimizer: "rmsprop", centered: true, learning_rate: 0.001, clip_norm: null, clip_value: 0.01 },
    },
  ],
  ["lstm in bf16", { architecture: { cell: "lstm", units: 37, dropout: 0.3 }, training: { precision: "bf16" } }],
  [
    "gru with an embedding in bf16",
    { architecture: { cell: "gru", units: 20, embedding_size: 9 }, training: { precision: "bf16" } },
  ],
];

describe.skipIf(kernels === null).each(cases)("a native step of %s", (_name, changes) => {
  const isBf16 = changes.training?.precision === "bf16";
  // A number on the edge between two of bf16 may be rounded to the other, a 256th off; later steps make more of it.
  const [firstTolerance, lastTolerance] = isBf16 ? [1e-3, 1e-2] : [1e-5, 1e-5];

  it("is the tape's at first: loss, norms and every gradient, within 1e-5 (bf16: 1e-3) of the largest in each", async () => {
    const { spec, native, tape, one, other, dispose } = await bothOf(changes);
    const [[found], [expected]] = [takeSteps(native, spec, { count: 1 }), takeSteps(tape, spec, { count: 1 })];
    expect(differenceOf([found!.loss], [expected!.loss], 0)).toBeLessThan(firstTolerance);
    expect(differenceOf([found!.norm], [expected!.norm], 0)).toBeLessThan(firstTolerance);
    expect(differenceOf(found!.norms, expected!.norms, 0)).toBeLessThan(firstTolerance);
    native.showAll();
    // After one step the mean gradients and velocities are the gradients, but for a factor.
    const [shown, wanted] = [one.optimizer.save(), other.optimizer.save()];
    expect(wanted.size).toBeGreaterThan(0);
    for (const [name, { data }] of wanted) {
      expect(differenceOf(shown.get(name)!.data, data, 0), name).toBeLessThan(firstTolerance);
    }
    dispose();
  });

  it("stays within 1e-5 of the tape (bf16: 1e-2) for 24 steps: losses, norms and all that it hands back", async () => {
    const { spec, native, tape, one, other, dispose } = await bothOf(changes);
    const [found, expected] = [takeSteps(native, spec), takeSteps(tape, spec)];
    for (const [index, { loss, norm, norms }] of expected.entries()) {
      const { loss: foundLoss, norm: foundNorm, norms: foundNorms } = found[index]!;
      const difference = differenceOf([foundLoss, foundNorm, ...foundNorms], [loss, norm, ...norms], 1);
      expect(difference).toBeLessThan(lastTolerance);
    }
    native.showAll();
    const [shown, wanted] = [everything(one), everything(other)];
    expect(shown.json).toEqual(wanted.json);
    expect([...shown.tensors.keys()]).toEqual([...wanted.tensors.keys()]);
    for (const [name, { data }] of wanted.tensors) {
      expect(differenceOf(shown.tensors.get(name)!.data, data, 1), name).toBeLessThan(lastTolerance);
    }
    dispose();
  });

  it("goes on bit for bit from what it handed back", async () => {
    const spec = await workspace.spec(rhyme, changes);
    const state = await createTrainingState(spec, async () => {});
    const unbroken = createNativeStep(spec, state)!;
    takeSteps(unbroken, spec);
    unbroken.showAll();
    const begun = createNativeStep(spec, state)!;
    const on = { from: steps };
    expect(takeSteps(begun, spec, on)).toEqual(takeSteps(unbroken, spec, on));
    for (const step of [begun, unbroken]) step.dispose();
    disposeTrainingState(state);
  });
});

test.each<[string, SpecChanges]>([
  ["recurrent dropout", { architecture: { recurrent_dropout: 0.1 } }],
  ["layer norm", { architecture: { layer_norm: true } }],
  ["attention", { architecture: { attention: "dot", attention_window: 4 } }],
  ["l2", { training: { l2: 0.1 } }],
  ["a stride", { training: { sequence_stride: 2 } }],
  [
    "scheduled sampling",
    { training: { scheduled_sampling: { schedule: "linear", probability: 0.5, choice: "argmax" } } },
  ],
])("%s is left to the tape", async (_name, changes) => {
  const spec = await workspace.spec(rhyme, changes);
  const state = await createTrainingState(spec, async () => {});
  expect(createNativeStep(spec, state)).toBeNull();
  disposeTrainingState(state);
});
