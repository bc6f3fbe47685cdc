/** Throws where a peer's loss curve leaves ours by more than the tolerance, relative: then the two do not do the same work. */
export function assertSameLosses(name, { ours, theirs, tolerance }) {
  if (ours.length !== theirs.length) throw new Error(`${name}: expected ${ours.length} losses, got ${theirs.length}`);
  let largest = 0;
  for (const [step, loss] of ours.entries()) {
    const difference = Math.abs(theirs[step] / loss - 1);
    if (!(difference <= tolerance)) {
      throw new Error(
        `${name}: expected the loss of step ${step + 1} within ${tolerance} of ours, ${loss}, got ${theirs[step]}: nothing is timed`,
      );
    }
    largest = Math.max(largest, difference);
  }
  return { steps: ours.length, largestDifference: largest };
}
