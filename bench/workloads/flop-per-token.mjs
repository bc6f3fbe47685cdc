import { gateCount } from "./gate-count.mjs";

/**
 * Floating point operations a token costs in training: 3 times those of the forward pass, a multiply-add counted as two, of the products
 * alone. One-hot input picks rows and costs none. Gates, softmax and the optimizer are left out, for every contender alike.
 */
export function flopPerToken({ cell, units, layers, vocabulary }) {
  const recurrent = 2 * gateCount[cell] * units * (units + (layers - 1) * 2 * units);
  return 3 * (recurrent + 2 * units * vocabulary);
}
