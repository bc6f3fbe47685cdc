/** The items in the order of a round: each round begins one further, so that none always runs first or always after the same one. */
export function rotate(items, round) {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
