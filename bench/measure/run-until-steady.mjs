const leastGain = 0.02;
const patience = 3;

/**
 * Runs blocks of steps until none of the last three was faster a step than the best before them by 2 %, or for `mostMs` of their
 * time. `run()` resolves to {duration_ms, steps}; resolves to {steps: how many were taken}.
 */
export async function runUntilSteady(run, { mostMs }) {
  let [best, since, taken, spentMs] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  while (since < patience && spentMs < mostMs) {
    const { duration_ms: durationMs, steps } = await run();
    const isFaster = durationMs / steps < best * (1 - leastGain);
    since = isFaster ? 0 : since + 1;
    best = Math.min(best, durationMs / steps);
    taken += steps;
    spentMs += durationMs;
  }
  return { steps: taken };
}
