import { describe, expect, it } from "vitest";
import { backend, type Tensor, tf } from "../../../src/rnn/backend.ts";
import { runNativeOperation } from "../../../src/rnn/native-operation.ts";
import { Random } from "../../../src/rnn/random.ts";

const missing = backend.level === "fused" ? "" : ` (skipped: ${backend.reason})`;

const inputsOf: Record<string, number> = {
  UnrollSimpleRnn: 5,
  UnrollLstm: 6,
  UnrollGru: 5,
  UnrollSimpleRnnGradient: 8,
  UnrollLstmGradient: 10,
  UnrollGruGradient: 8,
  UnrollLstmBf16: 6,
  UnrollLstmBf16Gradient: 10,
  UnrollGruBf16: 5,
  UnrollGruBf16Gradient: 8,
};

const ok = { batch: 2, time: 3, input: 4, units: 5 };
const columns: Record<string, number> = { UnrollSimpleRnn: 5, UnrollLstm: 20, UnrollGru: 15 };

/** Shapes of a right call. */
function rightShapes(name: string): number[][] {
  const { batch, time, input, units } = ok;
  const forward = name.replace("Gradient", "").replace("Bf16", "");
  const width = columns[forward]!;
  const bias = forward === "UnrollGru" ? [2, width] : [width];
  const states = Array.from({ length: forward === "UnrollLstm" ? 2 : 1 }, () => [batch, units]);
  const shapes = [[batch, time, input], [input, width], [units, width], bias, ...states];
  if (!name.endsWith("Gradient")) return shapes;
  const panels = 1;
  const gates = panels * batch * time * 64;
  const padded = (time + 1) * batch * 16;
  const reserve = gates + padded * (forward === "UnrollLstm" ? 2 : 1) + 1;
  return [...shapes, [reserve], [batch, time, units], ...states];
}

/** One to three of the shapes made wrong. */
function spoil(shapes: number[][], random: Random): number[][] {
  const pick = (count: number) => random.word() % count;
  const spoilt = shapes.map((shape) => [...shape]);
  for (let faults = 1 + pick(3); faults > 0; faults--) {
    const shape = spoilt[pick(spoilt.length)]!;
    const fault = pick(4);
    if (fault === 0) shape.push(1 + pick(3));
    else if (fault === 1) shape.pop();
    else if (fault === 2 && shape.length > 0) shape[pick(shape.length)] = pick(2) === 0 ? 0 : 1 + pick(40);
    else shape.splice(0, shape.length, ...Array.from({ length: pick(5) }, () => pick(4)));
  }
  return spoilt;
}

function call(name: string, shapes: number[][], type: (index: number) => "float32" | "int32"): Tensor[] {
  const inputs = shapes.map((shape, index) => tf.ones(shape, type(index)));
  const states = name.includes("Lstm") ? 2 : 1;
  return runNativeOperation(name, inputs, states + (name.endsWith("Gradient") ? 4 : 2));
}

/** Runs a call that may fail, but never otherwise than with an error. */
function outcome(run: () => unknown): string {
  return tf.tidy(() => {
    try {
      run();
      return "fine";
    } catch (error) {
      return (error as Error).message;
    }
  }) as string;
}

describe.skipIf(missing)(`malformed calls of the fused operations${missing}`, () => {
  it.each(Object.keys(inputsOf))("%s: 1,200 random ones end in an error that names the tensor", (name) => {
    const random = new Random(11);
    let refused = 0;
    for (let round = 0; round < 1200; round++) {
      const shapes = spoil(rightShapes(name), random);
      const integers = random.word() % 8;
      const said = outcome(() => call(name, shapes, (index) => (index === integers ? "int32" : "float32")));
      if (said === "fine") continue;
      refused++;
      expect(said).toMatch(/expected|Inconsistent|cannot compute|inputs/i);
    }
    expect(refused).toBeGreaterThan(800);
  });

  it("refuses token ids that the kernel has no row for", () => {
    const [kernel, recurrent, bias, state] = rightShapes("UnrollGru")
      .slice(1)
      .map((shape) => tf.zeros(shape)) as Tensor[];
    for (const id of [-1, 4, 2 ** 31 - 1, -(2 ** 31)]) {
      const ids = tf.tensor2d([0, 1, 2, 3, id, 0], [2, 3], "int32");
      const said = outcome(() => runNativeOperation("UnrollGru", [ids, kernel!, recurrent!, bias!, state!], 3));
      expect(said).toContain(`expected token ids from 0 to 3, got ${id}`);
    }
  });

  it("loss and optimizers: 4,000 random calls end in an error or a result", () => {
    const random = new Random(12);
    const operations: Record<string, { right: number[][]; outputs: number; labels?: number; moments?: number }> = {
      UnrollCrossEntropy: { right: [[3, 4], [3]], outputs: 2, labels: 1 },
      UnrollSoftmaxHead: { right: [[3, 2, 5], [5, 4], [4], [6]], outputs: 4, labels: 3 },
      UnrollDropoutMask: { right: [[2], [3], []], outputs: 1, labels: 1 },
      UnrollSgd: { right: [[5], [2, 3], [2, 3]], outputs: 2, moments: 0 },
      UnrollRmsprop: { right: [[8], [5], [5], [5]], outputs: 3, moments: 1 },
      UnrollAdam: { right: [[10], [5], [5], [5], [5]], outputs: 4, moments: 2 },
    };
    for (const [name, { right, outputs, labels, moments }] of Object.entries(operations)) {
      const integers: Record<string, number> = moments === undefined ? {} : { N: 1, M: moments };
      let refused = 0;
      for (let round = 0; round < 800; round++) {
        const inputs = spoil(right, random).map((shape, index) => ({ shape, index }));
        const types = inputs.map(({ index }) => (index === labels ? "int32" : "float32"));
        const call = () => {
          const tensors = inputs.map(({ shape, index }) => tf.zeros(shape, types[index] as "int32"));
          return runNativeOperation(name, tensors, outputs, integers);
        };
        if (outcome(call) !== "fine") refused++;
      }
      expect(refused).toBeGreaterThan(400);
    }
  });

  it("answers right calls after all that", () => {
    for (const name of Object.keys(inputsOf))
      expect(outcome(() => call(name, rightShapes(name), () => "float32"))).toBe("fine");
  });
});
