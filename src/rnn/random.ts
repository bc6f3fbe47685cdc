/** Four 32-bit words, not all zero: all there is to know of a generator. */
export type RandomState = [number, number, number, number];

/** xoshiro128** (Blackman and Vigna 2018): every random choice of the engine, the same on every machine and backend. */
export class Random {
  readonly #words = new Uint32Array(4);

  /** A seed (0 ... 2^32 - 1), or the state of a generator to go on from. */
  constructor(source: number | RandomState) {
    if (typeof source === "number") this.#seed(source);
    else this.restore(source);
  }

  /** The state as plain JSON. */
  state(): RandomState {
    return [...this.#words] as RandomState;
  }

  restore(state: RandomState): void {
    const valid = state.length === 4 && state.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    if (!valid || state.every((word) => word === 0)) {
      throw new RangeError(`expected four 32-bit words that are not all zero, got ${JSON.stringify(state)}`);
    }
    this.#words.set(state);
  }

  /** A new, independent generator; moves this one on by four draws. */
  fork(): Random {
    const words: RandomState = [this.word(), this.word(), this.word(), this.word()];
    return new Random(words.every((word) => word === 0) ? [1, 0, 0, 0] : words);
  }

  /** Uniform over 0 ... 2^32 - 1. */
  word(): number {
    const words = this.#words;
    const second = words[1]!;
    const product = Math.imul(second, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    words[2]! ^= words[0]!;
    words[3]! ^= second;
    words[1]! ^= words[2]!;
    words[0]! ^= words[3]!;
    words[2]! ^= second << 9;
    words[3] = (words[3]! << 11) | (words[3]! >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** Normal with mean 0 and variance 1 (Box and Muller; the second value is not kept, so that the state stays four words). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform over 0 ... count - 1. */
  integer(count: number): number {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`expected a count of 1 or more, got ${count}`);
    return Math.floor(this.uniform() * count);
  }

  /** SplitMix32 spreads a small seed over all words. */
  #seed(seed: number): void {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new RangeError(`expected a seed between 0 and 4294967295, got ${seed}`);
    }
    let counter = seed;
    for (let index = 0; index < 4; index++) {
      counter = (counter + 0x9e3779b9) >>> 0;
      let word = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
      this.#words[index] = word ^ (word >>> 16);
    }
  }
}
