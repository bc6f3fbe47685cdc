import { Random, type RandomState } from "../random.ts";
import type { TextEngine } from "./generation/text-engine.ts";

/** Where a text was left off. */
export interface TextPlace {
  state: Float32Array;
  random: RandomState;
  /** The last token of the text, which the state has not read. */
  pending: number;
}

interface Mark {
  state: Float32Array;
  random: RandomState;
  /** What the state has not read: the rest of the prompt, or the last token drawn. */
  unread: Int32Array;
}

const drawsOfAToken = 2; // words of the generator: one uniform number
const likeliest = { temperature: 0, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

/**
 * Follows a text, so that a later call goes on exactly behind what its reader was told. An engine may draw on past a stop string
 * before anyone looks: then the state from before that call reads the tokens up to there again.
 */
export class TextTrace {
  /** That the text is made of, each once. */
  readonly tokens = new Set<number>();
  readonly #engine: TextEngine;
  readonly #stream: unknown;
  /** As of the last call; null where the text cannot stop within one. */
  #mark: Mark | null;
  #place: TextPlace | null = null;
  #last: number | null = null;

  constructor(engine: TextEngine, stream: unknown, { prompt, canStop }: { prompt: Int32Array; canStop: boolean }) {
    this.#engine = engine;
    this.#stream = stream;
    this.#mark = canStop ? { ...engine.save(stream), unread: prompt } : null;
  }

  /** A call of so many steps drew tokens, of which the first `used` belong to the text. */
  take(tokens: Int32Array, { used, steps }: { used: number; steps: number }): void {
    for (const token of tokens.subarray(0, used)) this.tokens.add(token);
    if (used > 0) this.#last = tokens[used - 1]!;
    const mark = this.#mark;
    if (mark === null) return;
    if (used < tokens.length) this.#place = this.#readAgain(mark, tokens.subarray(0, used));
    else {
      const unread = this.#last === null ? mark.unread.subarray(steps) : Int32Array.of(this.#last);
      this.#mark = { ...this.#engine.save(this.#stream), unread };
    }
  }

  /** null where nothing was drawn. */
  place(): TextPlace | null {
    if (this.#last === null) return null;
    return this.#place ?? { ...this.#engine.save(this.#stream), pending: this.#last };
  }

  #readAgain({ state, random, unread }: Mark, tokens: Int32Array): TextPlace {
    const prompt = Int32Array.from([...unread, ...tokens]);
    const earlier = { state, seen: new Int32Array(0) };
    const stream = this.#engine.open({ prompt, characters: 1, rule: likeliest, random, earlier });
    try {
      if (prompt.length > 1) this.#engine.advance([stream], prompt.length - 1);
      const generator = new Random(random);
      for (let word = 0; word < drawsOfAToken * tokens.length; word += 1) generator.word();
      return { state: this.#engine.save(stream).state, random: generator.state(), pending: tokens.at(-1)! };
    } finally {
      this.#engine.close(stream);
    }
  }
}
