/** Throws where a peer's numbers leave ours by more than the tolerance, relative to the largest of ours. */
export function assertSameNumbers(name, { ours, theirs, tolerance }) {
  if (ours.length !== theirs.length) throw new Error(`${name}: expected ${ours.length} numbers, got ${theirs.length}`);
  const size = Math.max(...ours.map(Math.abs));
  for (const [index, value] of ours.entries()) {
    if (Math.abs(theirs[index] - value) <= tolerance * size) continue;
    throw new Error(
      `${name}: expected number ${index + 1} to be ours, ${value}, got ${theirs[index]}: nothing is timed`,
    );
  }
}
