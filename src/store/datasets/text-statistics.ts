import type { DatasetSummary } from "../../schemas/datasets.ts";

const rarestShown = 10;

/** Counts a text as it passes by: characters (code points), lines, and how often each character occurs. */
export class TextStatistics {
  readonly #counts = new Float64Array(0x110000);
  /** Those that occur, so that a summary need not go through all of Unicode. */
  readonly #seen: number[] = [];
  #characters = 0;
  #last = -1;

  /** Takes whole characters: a surrogate pair is never split over two calls. */
  add(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const code = text.codePointAt(index)!;
      if (code > 0xffff) index++;
      if (this.#counts[code]!++ === 0) this.#seen.push(code);
      this.#characters++;
      this.#last = code;
    }
  }

  count(character: string): number {
    return this.#counts[character.codePointAt(0)!]!;
  }

  /** Each that occurs once, in order of their code points. */
  characters(): string[] {
    return this.#seen.toSorted((a, b) => a - b).map((code) => String.fromCodePoint(code));
  }

  summary(): Extract<DatasetSummary, { kind: "text" }> {
    const rarest = this.#seen.sort((a, b) => this.#counts[a]! - this.#counts[b]! || a - b).slice(0, rarestShown);
    const lineEnds = this.count("\n");
    return {
      kind: "text",
      characters: this.#characters,
      lines: lineEnds + (this.#characters > 0 && this.#last !== 10 ? 1 : 0),
      vocabulary_size: this.#seen.length,
      rarest: rarest.map((code) => ({ character: String.fromCodePoint(code), count: this.#counts[code]! })),
    };
  }
}
