import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Tensor, tf } from "../../src/rnn/backend.ts";

export interface FixtureTensor {
  shape: number[];
  values: number[];
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}

export function fromFixture<T extends Tensor>({ shape, values }: FixtureTensor): T {
  return tf.tensor(values, shape, "float32") as T;
}

/** Every number within 1e-5 of the fixture's, or of the largest of them where that is above 1. */
export function expectClose(actual: Tensor | undefined, expected: FixtureTensor): void {
  expect(actual?.shape).toEqual(expected.shape);
  const worst = [...actual!.dataSync()].map((value, index) => Math.abs(value - expected.values[index]!));
  const scale = Math.max(1, ...expected.values.map(Math.abs));
  expect(Math.max(...worst) / scale).toBeLessThan(1e-5);
}
