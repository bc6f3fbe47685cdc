import { describe, expect, it } from "vitest";
import { loadFusedKernels } from "../../../../src/rnn/load-fused-kernels.ts";
import { Random } from "../../../../src/rnn/random.ts";
import type { TrainerShape } from "../../../../src/rnn/text/training/train-addon.ts";

const { kernels } = loadFusedKernels();

type Call = (...values: unknown[]) => unknown;

describe.skipIf(kernels === null)("a call of the trainer that is not as it should be", () => {
  const shape: TrainerShape = {
    cell: 1,
    units: 5,
    layers: 2,
    vocabularySize: 7,
    embeddingSize: 3,
    batch: 2,
    time: 4,
    optimizer: 2,
    moments: 2,
    bf16: 0,
  };
  const size = 7 * 3 + (3 + 5 + 1) * 20 + (5 + 5 + 1) * 20 + 6 * 7;
  const addon = kernels!;
  const arrays = [new Float32Array(size).fill(0.1), new Float32Array(2 * size), new Float32Array(2 * 2 * 2 * 5)];
  const create = () => addon.createTextTrainer(shape, arrays[0]!, arrays[1]!, arrays[2]!);
  const text = Int32Array.from({ length: 20 }, (_, index) => index % 7);
  const window = { first: 1, rowLength: 9, fromZero: 0, kept: 1 };
  const settings = Float32Array.of(5, Number.POSITIVE_INFINITY, 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 1, 1);
  const stepOf = (): unknown[] => [text, window, settings, null, new Float32Array(2 + 9)];
  const nonsense = [
    undefined,
    Number.NaN,
    -1,
    0.5,
    1e300,
    "one",
    {},
    [],
    () => 1,
    new Float64Array(4),
    7n,
    Symbol("x"),
  ];

  it("is an error for each argument", () => {
    const trainer = create();
    const good: [Call, unknown[]][] = [
      [addon.createTextTrainer as Call, [shape, ...arrays]],
      [addon.trainText as Call, [trainer, ...stepOf()]],
      [addon.readTextTrainer as Call, [trainer, ...arrays]],
      [addon.releaseTextTrainer as Call, [trainer]],
    ];
    for (const [call, values] of good) {
      for (const place of values.keys()) {
        for (const value of nonsense) expect(() => call(...values.with(place, value))).toThrow(TypeError);
      }
      expect(() => call(...values.slice(0, -1))).toThrow(TypeError);
    }
    addon.releaseTextTrainer(trainer);
    expect(() => (addon.trainText as Call)(trainer, ...stepOf())).toThrow(TypeError);
  });

  it("is an error for each field", () => {
    const trainer = create();
    for (const field of Object.keys(shape)) {
      for (const value of [...nonsense, null, ...(field === "time" ? [] : [4096])]) {
        expect(() => (addon.createTextTrainer as Call)({ ...shape, [field]: value }, ...arrays)).toThrow(TypeError);
      }
    }
    const others = [text.with(3, 7), text.with(3, -1), text.subarray(0, 14)];
    for (const other of others)
      expect(() => (addon.trainText as Call)(trainer, other, ...stepOf().slice(1))).toThrow(TypeError);
    for (const field of ["first", "rowLength", "fromZero", "kept"]) {
      for (const value of [...nonsense, null, 40]) {
        if (field === "kept" && value === 40) continue;
        const values = stepOf().with(1, { ...window, [field]: value });
        expect(() => (addon.trainText as Call)(trainer, ...values)).toThrow(TypeError);
      }
    }
  });

  it("changes nothing, 2,000 random ones", () => {
    const trainer = create();
    const random = new Random(5);
    const pick = <T>(values: T[]): T => values[random.integer(values.length)]!;
    for (let turn = 0; turn < 2000; turn++) {
      const values = stepOf();
      for (let faults = 1 + random.integer(2); faults > 0; faults--) {
        values[random.integer(values.length)] = pick<unknown>([
          ...nonsense,
          new Float32Array(random.integer(12) % 10),
          new Int32Array(random.integer(14)),
          new Uint32Array(random.integer(6)),
          { ...window, [pick(["first", "rowLength"])]: 12 + random.integer(40) },
        ]);
      }
      expect(() => (addon.trainText as Call)(trainer, ...values)).toThrow(TypeError);
    }
    const kept = arrays.map((array) => new Float32Array(array.length));
    addon.readTextTrainer(trainer, kept[0]!, kept[1]!, kept[2]!);
    expect(kept).toEqual(arrays);
  });
});
