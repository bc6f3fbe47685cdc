import { expect, test } from "vitest";
import { glorotUniform, orthogonal, unitForgetBias } from "../../src/rnn/initialisers.ts";
import { Random } from "../../src/rnn/random.ts";

test.each([
  [3, 12],
  [70, 70],
  [100, 400],
])("orthogonal rows have length 1 and are at right angles: %i x %i", (rows, columns) => {
  const values = orthogonal([rows, columns], new Random(5));
  let worst = 0;
  for (let first = 0; first < rows; first++) {
    for (let second = 0; second <= first; second++) {
      let sum = 0;
      for (let index = 0; index < columns; index++) {
        sum += values[first * columns + index]! * values[second * columns + index]!;
      }
      worst = Math.max(worst, Math.abs(sum - (first === second ? 1 : 0)));
    }
  }
  expect(worst).toBeLessThan(1e-5);
});

test("glorot uniform fills its range and no more", () => {
  const values = glorotUniform([30, 20], new Random(5)); // limit sqrt(6 / 50) = 0.3464
  expect(Math.max(...values)).toBeGreaterThan(0.33);
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(0.34641018);
});

test("an LSTM's forget gate starts open", () => {
  expect([...unitForgetBias([8], new Random(1))]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
});
