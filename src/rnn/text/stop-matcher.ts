interface StopString {
  text: string;
  /** failure[n]: length of the longest proper prefix of text[0..n) that also ends it (Knuth, Morris, Pratt 1977). */
  failure: Int32Array;
  /** Length of the longest prefix that ends the text so far. */
  matched: number;
}

/** Finds stop strings in a text that comes in pieces, and holds back what may be the beginning of one. */
export class StopMatcher {
  readonly #stops: StopString[];
  #held = "";

  constructor(stops: readonly string[]) {
    this.#stops = stops.map((text) => ({ text, failure: failureTable(text), matched: 0 }));
  }

  /** Another, after the same text. */
  copy(): StopMatcher {
    const other = new StopMatcher([]);
    other.#held = this.#held;
    for (const stop of this.#stops) other.#stops.push({ ...stop });
    return other;
  }

  /** Takes the next characters. Gives the text that is now certain; `stopped` once a stop string is complete: it and all after it is dropped. */
  push(characters: string): { text: string; stopped: boolean } {
    if (this.#stops.length === 0) return { text: characters, stopped: false };
    let certain = "";
    for (const character of characters) {
      const { text, stopped } = this.#pushOne(character);
      certain += text;
      if (stopped) return { text: certain, stopped };
    }
    return { text: certain, stopped: false };
  }

  #pushOne(character: string): { text: string; stopped: boolean } {
    this.#held += character;
    let complete = 0;
    let partial = 0;
    for (const stop of this.#stops) {
      for (let unit = 0; unit < character.length; unit += 1) advance(stop, character.charCodeAt(unit));
      if (stop.matched === stop.text.length) complete = Math.max(complete, stop.matched);
      else partial = Math.max(partial, stop.matched);
    }
    return complete > 0 ? { text: this.#take(complete), stopped: true } : { text: this.#take(partial), stopped: false };
  }

  /** The text held back, when no more will come. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /** All but the last `kept` units. */
  #take(kept: number): string {
    const text = this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(this.#held.length - kept);
    return text;
  }
}

function failureTable(text: string): Int32Array {
  const failure = new Int32Array(text.length + 1);
  let length = 0;
  for (let end = 1; end < text.length; end += 1) {
    while (length > 0 && text[end] !== text[length]) length = failure[length]!;
    if (text[end] === text[length]) length += 1;
    failure[end + 1] = length;
  }
  return failure;
}

function advance(stop: StopString, unit: number): void {
  if (stop.matched === stop.text.length) stop.matched = stop.failure[stop.matched]!;
  while (stop.matched > 0 && stop.text.charCodeAt(stop.matched) !== unit) stop.matched = stop.failure[stop.matched]!;
  if (stop.text.charCodeAt(stop.matched) === unit) stop.matched += 1;
}
