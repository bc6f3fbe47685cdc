const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
/** Longer than any flag or family; a text that piles marks on marks is let go. */
const mostUnits = 64;

/** Holds back the last sign of a growing text (a grapheme cluster, Unicode UAX 29) until it is whole: the next one has begun. */
export class ClusterHolder {
  #held = "";

  /** Gives the text that nothing to come can be a part of. */
  push(text: string): string {
    if (text === "") return "";
    this.#held += text;
    const start = lastStart(this.#held);
    if (this.#held.length - start > mostUnits) return this.flush();
    const whole = this.#held.slice(0, start);
    this.#held = this.#held.slice(start);
    return whole;
  }

  /** The text held back, when no more will come. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

/** Where the last cluster begins. */
function lastStart(text: string): number {
  const last = text.length - 1;
  if (isPlain(text.charCodeAt(last)) && (last === 0 || isPlain(text.charCodeAt(last - 1)))) return last;
  return segmenter.segment(text).containing(last)!.index;
}

/** Printable ASCII, which joins with nothing before it, and newlines after it. */
function isPlain(unit: number): boolean {
  return (unit >= 0x20 && unit < 0x7f) || unit === 0x0a;
}
