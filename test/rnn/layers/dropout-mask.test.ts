import { describe, expect, it } from "vitest";
import { backend, tf } from "../../../src/rnn/backend.ts";
import { dropoutMask, fusedDropoutMask, referenceDropoutMask } from "../../../src/rnn/layers/dropout-mask.ts";
import { Random } from "../../../src/rnn/random.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

describe("dropout mask", () => {
  it.each([0.1, 0.5, 0.9])("drops a share of %d and scales the others up", (share) => {
    const mask = dropoutMask([100, 1000], share, new Random(1)).dataSync();
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    expect(Math.abs(dropped - share)).toBeLessThan(0.006); // four standard deviations at a half
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - share))]));
  });

  it("draws rows, columns and masks that know nothing of each other", () => {
    const random = new Random(2);
    const [one, other] = [dropoutMask([300, 300], 0.5, random), dropoutMask([300, 300], 0.5, random)];
    const together = (first: typeof one, second: typeof one) =>
      tf.mean(tf.mul(tf.sub(first, 1), tf.sub(second, 1))).dataSync()[0]!;
    const [here, right, below] = [
      tf.slice(one, [0, 0], [299, 299]),
      tf.slice(one, [0, 1], [299, 299]),
      tf.slice(one, [1, 0], [299, 299]),
    ];
    for (const [first, second] of [
      [one, other],
      [here, right],
      [here, below],
    ] as const)
      expect(Math.abs(together(first, second))).toBeLessThan(0.014);
  });

  it.skipIf(missing)(`is the same in JavaScript and in the kernel${missing}`, () => {
    for (const share of [0.05, 0.3, 0.999]) {
      const [one, other] = [new Random(3), new Random(3)];
      const shape = [3, 7, 5001];
      expect(fusedDropoutMask(shape, share, one).dataSync()).toEqual(
        referenceDropoutMask(shape, share, other).dataSync(),
      );
      expect(one.state()).toEqual(other.state());
    }
  });
});
