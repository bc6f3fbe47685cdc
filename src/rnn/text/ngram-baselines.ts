/** Longest context and the character after it: orders 1 (no context) to 6. */
const highestOrder = 6;
/** The newest characters of the training part that counts are taken from: bounds memory. */
const mostCharacters = 1_000_000;
const pauseEvery = 20_000;

/** Counts of all n-grams up to the highest order, as a tree: a node for each run of characters. */
class NgramCounts {
  readonly #vocabularySize: number;
  /** node * vocabularySize + character -> the node one character longer. Node 0 is the empty run. */
  readonly #children = new Map<number, number>();
  readonly #counts: number[] = [0];
  /** Characters that follow the node's run, different ones and all. */
  readonly #kinds: number[] = [0];
  readonly #followers: number[] = [0];

  constructor(vocabularySize: number) {
    this.#vocabularySize = vocabularySize;
  }

  add(ids: Int32Array, position: number): void {
    for (let order = 1; order <= highestOrder && order <= position + 1; order++) {
      const context = this.#find(ids, position - order + 1, position);
      if (context === undefined) return; // a shorter run was never seen before this character: nor was a longer one
      const key = context * this.#vocabularySize + ids[position]!;
      const node = this.#children.get(key);
      this.#followers[context]!++;
      if (node !== undefined) {
        this.#counts[node]!++;
        continue;
      }
      this.#kinds[context]!++;
      this.#children.set(key, this.#counts.length);
      this.#counts.push(1);
      this.#kinds.push(0);
      this.#followers.push(0);
    }
  }

  /** Probability of the character at the position after order - 1 others, for each order (Witten and Bell 1991, interpolated). */
  probabilities(ids: Int32Array, position: number): number[] {
    const probabilities: number[] = [];
    let shorter = 1 / this.#vocabularySize;
    for (let order = 1; order <= highestOrder; order++) {
      const context = order <= position + 1 ? this.#find(ids, position - order + 1, position) : undefined;
      if (context !== undefined && this.#followers[context]! > 0) {
        const node = this.#children.get(context * this.#vocabularySize + ids[position]!);
        const [count, kinds] = [node === undefined ? 0 : this.#counts[node]!, this.#kinds[context]!];
        shorter = (count + kinds * shorter) / (this.#followers[context]! + kinds);
      }
      probabilities.push(shorter);
    }
    return probabilities;
  }

  #find(ids: Int32Array, from: number, to: number): number | undefined {
    let node: number | undefined = 0;
    for (let position = from; position < to && node !== undefined; position++) {
      node = this.#children.get(node * this.#vocabularySize + ids[position]!);
    }
    return node;
  }
}

export interface TextSplit {
  ids: Int32Array;
  vocabularySize: number;
  /** The first character of the validation tail. */
  trainingLength: number;
}

/** Bits per character that n-grams need on the validation tail, by `ngram_1` ... `ngram_6`; awaits `pause` now and then. */
export async function ngramBaselines(
  { ids, vocabularySize, trainingLength }: TextSplit,
  pause: () => Promise<void>,
): Promise<Record<string, number>> {
  const counts = new NgramCounts(vocabularySize);
  for (let position = Math.max(0, trainingLength - mostCharacters); position < trainingLength; position++) {
    if (position % pauseEvery === 0) await pause();
    counts.add(ids, position);
  }
  const bits = new Array<number>(highestOrder).fill(0);
  const end = Math.min(ids.length, trainingLength + mostCharacters);
  for (let position = trainingLength + 1; position < end; position++) {
    if (position % pauseEvery === 0) await pause();
    for (const [index, probability] of counts.probabilities(ids, position).entries()) {
      bits[index]! -= Math.log2(probability) / (end - trainingLength - 1);
    }
  }
  return Object.fromEntries(bits.map((value, index) => [`ngram_${index + 1}_bits_per_character`, value]));
}
