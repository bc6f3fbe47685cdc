import { type Merge, pairKey } from "./byte-pair-vocabulary.ts";
import { byteCount } from "./byte-vocabulary.ts";
import { countPieces } from "./count-pieces.ts";
import { PairQueue } from "./pair-queue.ts";

interface Word {
  ids: number[];
  /** How often it occurs. */
  count: number;
}

/**
 * The merges of byte-pair encoding for a text: again and again the most frequent pair of neighbours within a piece, twice at
 * least; of those as frequent the one of the smallest ids. Counts change where a merge changes a word, and nowhere else.
 * `size`: tokens at most, with the 256 bytes. Awaits `pause` now and then.
 */
export async function learnMerges(text: string, size: number, pause: () => Promise<void>): Promise<Merge[]> {
  const words = Array.from(countPieces(text), ([piece, count]): Word => ({ ids: [...Buffer.from(piece)], count }));
  const pairs = new PairQueue();
  for (const [index, { ids, count }] of words.entries()) {
    for (let place = 0; place + 1 < ids.length; place++) pairs.add(pairKey(ids[place]!, ids[place + 1]!), count, index);
  }
  const tokens = new Map<string, number>();
  const bytes: string[] = Array.from({ length: byteCount }, (_, byte) => String.fromCharCode(byte));
  const merges = new Map<number, Merge>();
  while (bytes.length < size) {
    const pair = pairs.takeMostFrequent();
    if (pair === null) break;
    await pause();
    const { first, second } = pair;
    const name = bytes[first]! + bytes[second]!;
    const id = tokens.get(name) ?? bytes.length; // two ways to one token
    if (!tokens.has(name)) bytes.push(name);
    tokens.set(name, id);
    const key = pairKey(first, second);
    if (!merges.has(key)) merges.set(key, [first, second]);
    for (const index of pair.words) mergeWord(words[index]!, { ...pair, merged: id, index }, pairs);
    pairs.refresh();
  }
  return [...merges.values()];
}

interface WordMerge {
  first: number;
  second: number;
  merged: number;
  /** Of the word. */
  index: number;
}

/** From the left, in place; what is merged is not merged again. Only the pairs at both sides of a merge change. */
function mergeWord({ ids, count }: Word, { first, second, merged, index }: WordMerge, pairs: PairQueue): void {
  let end = 0;
  for (let place = 0; place < ids.length; place++) {
    if (ids[place] !== first || ids[place + 1] !== second) {
      ids[end++] = ids[place]!;
      continue;
    }
    pairs.remove(pairKey(first, second), count);
    if (end > 0) {
      pairs.remove(pairKey(ids[end - 1]!, first), count);
      pairs.add(pairKey(ids[end - 1]!, merged), count, index);
    }
    if (place + 2 < ids.length) {
      pairs.remove(pairKey(second, ids[place + 2]!), count);
      pairs.add(pairKey(merged, ids[place + 2]!), count, index);
    }
    ids[end++] = merged;
    place++;
  }
  ids.length = end;
}
