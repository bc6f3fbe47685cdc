import type { ScaledNumber } from "./covariate-description.ts";

type Values = Iterable<number | null>;

/**
 * Mean and deviation of the known values (0 and 1 where there are none, a deviation of 1 where all are the same). Each list is read
 * up to its own end: give only what training may see.
 */
export function numberScale(name: string, lists: Values[]): ScaledNumber {
  let largest = 0;
  for (const value of known(lists)) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return { name, mean: 0, deviation: 1 };
  // Of shares of the largest: no square overflows. Welford's sums.
  let [count, mean, squares] = [0, 0, 0];
  for (const value of known(lists)) {
    const share = value / largest;
    const before = share - mean;
    mean += before / ++count;
    squares += before * (share - mean);
  }
  const deviation = largest * Math.sqrt(squares / count);
  return { name, mean: largest * mean, deviation: deviation > 1e-9 * largest ? deviation : 1 };
}

function* known(lists: Values[]): Generator<number> {
  for (const list of lists) for (const value of list) if (value !== null) yield value;
}
