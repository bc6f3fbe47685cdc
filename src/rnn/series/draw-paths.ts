import { Random } from "../random.ts";

export interface PathDraw {
  count: number;
  horizon: number;
  /** Of a step and the next, as normal scores: neighbours that were both above the median in the hold-out make it positive. */
  correlation: number;
  seed: number;
}

/**
 * Sample paths: each step has the distribution that `valueAt` gives by score (a standard normal distribution's), and steps hang
 * together by a Gaussian copula (Nelsen 2006) whose correlation falls with their distance, correlation^|i - j|. The same for the
 * same seed. [count][horizon]
 */
export function drawPaths(
  valueAt: (step: number, score: number) => number,
  { count, horizon, correlation, seed }: PathDraw,
): number[][] {
  const random = new Random(seed);
  const fresh = Math.sqrt(1 - correlation * correlation);
  return Array.from({ length: count }, () => {
    let score = 0;
    return Array.from({ length: horizon }, (_, step) => {
      score = step === 0 ? random.normal() : correlation * score + fresh * random.normal();
      return valueAt(step, score);
    });
  });
}
