/** Throws where a peer's greedy text is not ours, character by character: then the two are not the same network. */
export function assertSameText(name, { ours, theirs }) {
  const [our, their] = [[...ours], [...theirs]];
  const length = Math.max(our.length, their.length);
  for (let index = 0; index < length; index++) {
    if (our[index] === their[index]) continue;
    const found = their[index] === undefined ? "the end" : JSON.stringify(their[index]);
    throw new Error(
      `${name}: expected character ${index + 1} of the greedy text to be ours, ${JSON.stringify(our[index] ?? "the end")}, got ${found}: nothing is timed`,
    );
  }
}
