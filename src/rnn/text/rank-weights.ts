export interface Ranking {
  /** The token at a rank, 0 the heaviest; sorts no further than it was asked. */
  token(rank: number): number;
  /** Whether a token ranks before another: heavier, or as heavy with the smaller id. */
  isBefore(one: number, other: number): boolean;
}

// Scratch of the thread: a ranking is done with before the next is made.
let scratch = new Int32Array(0); // [vocabulary]

/**
 * Tokens by falling weight, found lazily on a binary heap: O(V) to build and O(log V) a rank.
 * The weights must keep their values while ranks are asked for.
 */
export function rankWeights(weights: Float64Array): Ranking {
  const size = weights.length;
  if (scratch.length < size) scratch = new Int32Array(size);
  const heap = scratch;
  for (let token = 0; token < size; token += 1) heap[token] = token;

  const isBefore = (one: number, other: number): boolean =>
    weights[one]! > weights[other]! || (weights[one] === weights[other] && one < other);

  const sink = (start: number, length: number): void => {
    let parent = start;
    const token = heap[parent]!;
    for (let child = 2 * parent + 1; child < length; child = 2 * parent + 1) {
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, token)) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = token;
  };
  for (let parent = (size >> 1) - 1; parent >= 0; parent -= 1) sink(parent, size);

  // As in heap sort, what leaves the heap goes behind it: rank r ends at size - 1 - r.
  let ranked = 0;
  const token = (rank: number): number => {
    for (; ranked <= rank; ranked += 1) {
      const end = size - 1 - ranked;
      const top = heap[0]!;
      heap[0] = heap[end]!;
      heap[end] = top;
      sink(0, end);
    }
    return heap[size - 1 - rank]!;
  };
  return { token, isBefore };
}
