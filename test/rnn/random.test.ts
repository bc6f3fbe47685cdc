import { expect, test } from "vitest";
import { Random } from "../../src/rnn/random.ts";

test("draws the words of xoshiro128**", () => {
  const random = new Random([1, 2, 3, 4]);
  const words = Array.from({ length: 6 }, () => random.word());
  expect(words).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]); // the published algorithm, run in Python
});

test("goes on from a state that went through JSON", () => {
  const random = new Random(7);
  random.normal();
  const resumed = new Random(JSON.parse(JSON.stringify(random.state())));
  expect([resumed.uniform(), resumed.normal(), resumed.integer(1000)]).toEqual([
    random.uniform(),
    random.normal(),
    random.integer(1000),
  ]);
});

test("gives other numbers for another seed, and for a fork", () => {
  const random = new Random(0);
  const fork = random.fork();
  const draws = [random, fork, new Random(1), new Random(2 ** 32 - 1)].map((each) => each.word());
  expect(new Set(draws).size).toBe(4);
});

test("is uniform and normal as far as 20,000 draws show", () => {
  const random = new Random(42);
  const uniform = Array.from({ length: 20_000 }, () => random.uniform());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform)).toBeLessThan(1);
  expect(Math.abs(mean(normal))).toBeLessThan(0.03);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(new Set(Array.from({ length: 200 }, () => random.integer(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

test("refuses what is no seed or state", () => {
  expect(() => new Random(-1)).toThrow("seed between");
  expect(() => new Random([0, 0, 0, 0])).toThrow("not all zero");
  expect(() => new Random(1).integer(0)).toThrow("count");
});
