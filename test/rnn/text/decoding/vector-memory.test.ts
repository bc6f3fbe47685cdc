import { describe, expect, it } from "vitest";
import { Random } from "../../../../src/rnn/random.ts";
import { packMatrix } from "../../../../src/rnn/text/decoding/pack-matrix.ts";
import { padded, VectorMemory } from "../../../../src/rnn/text/decoding/vector-memory.ts";

describe("VectorMemory", () => {
  it("gives sigmoid and tanh within single precision, far out too", () => {
    const inputs = Float32Array.from({ length: 4096 }, (_, index) => (index - 2048) / 40);
    inputs.set([-1e30, 1e30, -88, 88, -0, 1e-30]);
    const memory = new VectorMemory(2 * inputs.length);
    const [sigmoid, tanh] = [memory.array(inputs.length), memory.array(inputs.length)];
    sigmoid.set(inputs);
    tanh.set(inputs);
    memory.sigmoid(sigmoid);
    memory.tanh(tanh);
    for (const [index, input] of inputs.entries()) {
      expect(Math.abs(sigmoid[index]! - 1 / (1 + Math.exp(-input)))).toBeLessThan(2e-7);
      expect(Math.abs(tanh[index]! - Math.tanh(input))).toBeLessThan(2e-7);
    }
  });

  it("passes on what is not a number", () => {
    const memory = new VectorMemory(16);
    const values = memory.array(16);
    values.fill(Number.NaN, 3, 4);
    memory.tanh(values);
    expect([...values.subarray(2, 5)]).toEqual([0, Number.NaN, 0]);
  });

  it.each([
    [1, 1, 1],
    [16, 1, 16],
    [5, 4, 3],
    [33, 3, 17],
  ])("multiplies a vector of %i with %i gates of %i columns", (rows, blocks, width) => {
    const random = new Random(3);
    const matrix = Float32Array.from({ length: rows * blocks * width }, () => random.normal());
    const columns = blocks * padded(width);
    const memory = new VectorMemory(padded(rows) * (columns + 1) + columns);
    const packed = memory.array(padded(rows) * columns);
    packMatrix({ values: matrix, rows, blocks, width }, packed, padded(rows));
    const vector = memory.array(padded(rows));
    vector.set(Float32Array.from({ length: rows }, () => random.normal()));
    const sums = memory.array(columns).fill(0.5);
    memory.multiplyAdd(vector, packed, sums);
    for (let block = 0; block < blocks; block += 1) {
      for (let column = 0; column < padded(width); column += 1) {
        let expected = 0.5;
        for (let row = 0; row < rows && column < width; row += 1) {
          expected += vector[row]! * matrix[row * blocks * width + block * width + column]!;
        }
        expect(sums[block * padded(width) + column]).toBeCloseTo(expected, 4);
      }
    }
  });
});
