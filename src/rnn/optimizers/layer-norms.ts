/** Norms of layers from those of their parameters: `recurrent/0/kernel` and `recurrent/0/bias` are of `recurrent/0`. */
export function layerNorms(names: Iterable<string>, norms: ArrayLike<number>): Record<string, number> {
  const squares: Record<string, number> = {};
  let index = 0;
  for (const name of names) {
    const layer = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : name;
    squares[layer] = (squares[layer] ?? 0) + norms[index++]! ** 2;
  }
  return Object.fromEntries(Object.entries(squares).map(([layer, square]) => [layer, Math.sqrt(square)]));
}
