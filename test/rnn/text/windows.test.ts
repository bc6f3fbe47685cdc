import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { Random } from "../../../src/rnn/random.ts";
import { OwnPredictions } from "../../../src/rnn/text/own-predictions.ts";
import type { TextNetwork } from "../../../src/rnn/text/text-network.ts";
import { createTextTask } from "../../../src/rnn/text/text-task.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import { createWorkspace, rhyme, type Workspace } from "../training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

/** Losses and gradient norms of the recurrent kernel over windows, the weights never updated. */
async function windows(training: Partial<TrainingSettings>, count: number) {
  const spec = await workspace.spec(rhyme, {
    architecture: { layers: 1 },
    training: { validation_fraction: 0, ...training },
  });
  const task = await createTextTask(spec, new Random(3));
  const found = Array.from({ length: count }, () => {
    const { value, grads } = tf.variableGrads(task.nextBatch(), [...task.parameters.values()]);
    const gradient = grads[task.parameters.get("recurrent/0/recurrent_kernel")!.name]!;
    return { loss: value.dataSync()[0]!, norm: tf.norm(gradient).dataSync()[0]! };
  });
  const { stepsPerEpoch, tokensPerStep } = task;
  task.dispose();
  return { found, stepsPerEpoch, tokensPerStep };
}

describe("windows with a stride below their length", () => {
  test("count every character's loss once: the sums are those of windows side by side", async () => {
    // 71 characters a row. Windows of 12 characters, 3 new ones each: the first counts 12 losses, the others 3.
    const [wide, short] = [
      await windows({ sequence_length: 12, sequence_stride: 3 }, 5),
      await windows({ sequence_length: 12 }, 2),
    ];
    const sum = wide.found.reduce((total, { loss }, index) => total + loss * (index === 0 ? 12 : 3), 0);
    expect(sum / 24).toBeCloseTo((short.found[0]!.loss + short.found[1]!.loss) / 2, 5);
    expect(wide).toMatchObject({ stepsPerEpoch: 20, tokensPerStep: 12 });
    expect(short).toMatchObject({ stepsPerEpoch: 5, tokensPerStep: 48 });
  });

  test("let the gradient go further back than windows as long as their stride", async () => {
    const [wide, narrow] = [
      await windows({ sequence_length: 12, sequence_stride: 3 }, 2),
      await windows({ sequence_length: 3 }, 5),
    ];
    // The same three characters are predicted from the same state: the same loss, not the same gradient.
    expect(wide.found[1]!.loss).toBeCloseTo(narrow.found[4]!.loss, 5);
    expect(Math.abs(wide.found[1]!.norm / narrow.found[4]!.norm - 1)).toBeGreaterThan(0.01);
  });
});

describe("scheduled sampling", () => {
  /** Always sees the character after the one it read; draws it, or anything, by the logits. */
  const counting = {
    initialStates: () => [[tf.zeros([2, 1])]],
    apply: ({ ids }: { ids: { dataSync(): ArrayLike<number> } }) => ({
      logits: tf
        .oneHot(
          tf.tensor1d(
            Array.from(ids.dataSync(), (id) => (id + 1) % 50),
            "int32",
          ),
          50,
        )
        .toFloat()
        .mul(50),
      finalStates: [[tf.zeros([2, 1])]],
    }),
  } as unknown as TextNetwork;
  const ids = Int32Array.from([0, 10, 20, 30, 5, 15, 25, 35]); // two rows

  const mix = (settings: Partial<ConstructorParameters<typeof OwnPredictions>[0]>, progress: number) => {
    const own = new OwnPredictions(
      { schedule: "linear", probability: 1, choice: "sample", ...settings },
      new Random(1),
    );
    const states = counting.initialStates(2);
    const before = tf.memory().numTensors;
    const mixed = [...own.mix(ids, { network: counting, states, progress })];
    expect(tf.memory().numTensors).toBe(before);
    return mixed;
  };

  test("feeds the network's own characters back, from the second on", () => {
    expect(mix({}, 1)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(mix({ choice: "argmax" }, 1)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(mix({}, 0)).toEqual([...ids]);
  });

  test.each([
    ["constant", [0.8, 0.8, 0.8]],
    ["linear", [0, 0.4, 0.8]],
    ["exponential", [0, 0.72, 0.792]],
    ["inverse_sigmoid", [0.002, 0.4, 0.798]],
  ] as const)("%s: the share of its own at the start, in the middle and at the end", (schedule, shares) => {
    for (const [index, progress] of [0, 0.5, 1].entries()) {
      const own = new OwnPredictions({ schedule, probability: 0.8, choice: "argmax" }, new Random(2));
      let replaced = 0;
      for (let round = 0; round < 300; round++) {
        const mixed = own.mix(ids, { network: counting, states: counting.initialStates(2), progress });
        replaced += [1, 2, 3, 5, 6, 7].filter((at) => mixed[at] !== ids[at]).length / 6;
      }
      expect(Math.abs(replaced / 300 - shares[index]!)).toBeLessThan(0.04);
    }
  });
});
