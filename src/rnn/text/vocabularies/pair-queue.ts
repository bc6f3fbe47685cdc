interface Entry {
  key: number;
  count: number;
}

/** Pairs of neighbours with their counts and the words they stand in; the most frequent one is found without looking at all. */
export class PairQueue {
  readonly #counts = new Map<number, number>();
  readonly #words = new Map<number, Set<number>>();
  /** A heap. Entries whose count has changed since are passed over: every change of a count is pushed anew. */
  readonly #heap: Entry[] = [];
  readonly #changed = new Set<number>();

  /** The pair stands in the word so many more times, over the whole text; the word is named by its index. */
  add(key: number, count: number, word: number): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    this.#changed.add(key);
    const words = this.#words.get(key);
    if (words === undefined) this.#words.set(key, new Set([word]));
    else words.add(word);
  }

  /** And so many fewer; that the word held it once stays known, and does no harm. */
  remove(key: number, count: number): void {
    this.#counts.set(key, this.#counts.get(key)! - count);
    this.#changed.add(key);
  }

  /** Makes the new counts known to takeMostFrequent. */
  refresh(): void {
    for (const key of this.#changed) {
      const count = this.#counts.get(key)!;
      if (count > 1) push(this.#heap, { key, count });
      else if (count === 0) {
        this.#counts.delete(key);
        this.#words.delete(key);
      }
    }
    this.#changed.clear();
  }

  /** The pair that occurs most often, and the words it stands in or stood in; null where none occurs twice. */
  takeMostFrequent(): { first: number; second: number; words: number[] } | null {
    if (this.#changed.size > 0) this.refresh();
    for (let entry = pop(this.#heap); entry !== undefined; entry = pop(this.#heap)) {
      if (this.#counts.get(entry.key) !== entry.count) continue;
      const words = [...this.#words.get(entry.key)!];
      return { first: Math.floor(entry.key / 65_536), second: entry.key % 65_536, words };
    }
    return null;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.count === other.count ? one.key < other.key : one.count > other.count;
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(entry, heap[parent]!)) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const [top] = heap;
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (child >= heap.length || !isBefore(heap[child]!, last)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = last;
  return top;
}
