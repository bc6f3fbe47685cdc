import { appError } from "../../errors.ts";

/** Token ids of a text, and the characters of it that have none. */
export interface Encoded {
  ids: Int32Array;
  /** Each unknown character once, in the order of the text; ids leaves them out. */
  unknown: string[];
}

/** The characters a text model knows: Unicode code points, sorted, so that the same text always gives the same ids; grown ones follow. */
export class Vocabulary {
  readonly characters: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(characters: readonly string[]) {
    this.characters = characters;
    this.#ids = new Map(characters.map((character, id) => [character, id]));
  }

  static of(text: string): Vocabulary {
    const characters = [...new Set(text)];
    return new Vocabulary(characters.sort((first, second) => first.codePointAt(0)! - second.codePointAt(0)!));
  }

  /** With the characters of a text that it lacks behind its own, so that no id changes. */
  grow(text: string): Vocabulary {
    const { unknown } = this.encode(text);
    if (unknown.length === 0) return this;
    return new Vocabulary([...this.characters, ...Vocabulary.of(unknown.join("")).characters]);
  }

  /** Throws checkpoint_corrupt for anything that toJSON does not give. */
  static fromJSON(value: unknown): Vocabulary {
    const isCharacter = (entry: unknown) => typeof entry === "string" && [...entry].length === 1;
    const valid = Array.isArray(value) && value.length > 0 && value.every(isCharacter);
    if (!valid || new Set(value).size !== value.length) {
      throw appError("checkpoint_corrupt", "expected a vocabulary of distinct single characters");
    }
    return new Vocabulary(value);
  }

  get size(): number {
    return this.characters.length;
  }

  encode(text: string): Encoded {
    const ids = new Int32Array(text.length);
    const unknown = new Set<string>();
    let length = 0;
    for (const character of text) {
      const id = this.#ids.get(character);
      if (id === undefined) unknown.add(character);
      else ids[length++] = id;
    }
    return { ids: ids.slice(0, length), unknown: [...unknown] };
  }

  /** Throws RangeError for an id outside of the vocabulary. */
  decode(ids: Iterable<number>): string {
    let text = "";
    for (const id of ids) {
      const character = this.characters[id];
      if (character === undefined) throw new RangeError(`expected an id below ${this.size}, got ${id}`);
      text += character;
    }
    return text;
  }

  toJSON(): string[] {
    return [...this.characters];
  }
}
