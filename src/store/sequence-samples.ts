import type { Sequence } from "../schemas/datasets.ts";

/** The classic exercises for recurrent networks, made by their rules: the same at every call. */
const sequences = 2000;
const digits = 8;

/** What a network that only looks back cannot know: the first digits come last. */
export function reversedDigits(): AsyncGenerator<Buffer> {
  return lines((random) => {
    const given = Array.from({ length: between(random, 4, 10) }, () => between(random, 0, digits - 1));
    const inputs = given.map((digit) => Array.from({ length: digits }, (_, column) => Number(column === digit)));
    return { inputs, targets: given.toReversed().map((digit) => [digit]) };
  });
}

/** One bit to remember, flipped by every 1. */
export function bitParity(): AsyncGenerator<Buffer> {
  return lines((random) => {
    const inputs = Array.from({ length: between(random, 4, 16) }, () => [between(random, 0, 1)]);
    let parity = 0;
    const targets = inputs.map(([bit]) => {
      parity = (parity + bit!) % 2;
      return [parity];
    });
    return { inputs, targets };
  });
}

/** Two numbers to pick out and keep over many steps (Hochreiter and Schmidhuber 1997): one in each half. */
export function addingProblem(): AsyncGenerator<Buffer> {
  return lines((random) => {
    const length = between(random, 20, 40);
    const middle = Math.floor(length / 2);
    const marked = [between(random, 0, middle - 1), between(random, middle, length - 1)];
    const values = Array.from({ length }, () => Math.round(random() * 1e4) / 1e4);
    const inputs = values.map((value, step) => [value, Number(marked.includes(step))]);
    return { inputs, targets: [[values[marked[0]!]! + values[marked[1]!]!]] };
  });
}

async function* lines(make: (random: () => number) => Sequence): AsyncGenerator<Buffer> {
  const random = generator();
  for (let index = 0; index < sequences; index++) yield Buffer.from(`${JSON.stringify(make(random))}\n`);
}

/** Mulberry32: uniform in [0, 1), always from the same seed. */
function generator(): () => number {
  let state = 20261124;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function between(random: () => number, lowest: number, highest: number): number {
  return lowest + Math.floor(random() * (highest - lowest + 1));
}
