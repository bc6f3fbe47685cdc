import { appError } from "../../../errors.ts";
import { decodeTokens } from "../decode-tokens.ts";
import type { Encoded, Vocabulary } from "../vocabulary.ts";

/** What does not begin a sign of its own in every place: marks, joiners, selectors, Hangul's parts, flags, the newline after a return. */
const joining = /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\r]/u;

/** The characters a text model knows: Unicode code points, sorted, so that the same text always gives the same ids; grown ones follow. */
export class CharacterVocabulary implements Vocabulary {
  readonly kind = "character";
  readonly characters: readonly string[];
  readonly startToken: number;
  readonly hasJoiningCharacters: boolean;
  readonly #ids: ReadonlyMap<string, number>;

  constructor(characters: readonly string[]) {
    this.characters = characters;
    this.startToken = Math.max(0, characters.indexOf("\n"));
    this.hasJoiningCharacters = characters.some((character) => joining.test(character));
    this.#ids = new Map(characters.map((character, id) => [character, id]));
  }

  static of(text: string): CharacterVocabulary {
    const characters = [...new Set(text)];
    return new CharacterVocabulary(characters.sort((first, second) => first.codePointAt(0)! - second.codePointAt(0)!));
  }

  /** Throws checkpoint_corrupt for anything that toJSON does not give. */
  static fromJSON(value: unknown): CharacterVocabulary {
    const isCharacter = (entry: unknown) => typeof entry === "string" && [...entry].length === 1;
    const valid = Array.isArray(value) && value.length > 0 && value.every(isCharacter);
    if (!valid || new Set(value).size !== value.length) {
      throw appError("checkpoint_corrupt", "expected a vocabulary of distinct single characters");
    }
    return new CharacterVocabulary(value);
  }

  get size(): number {
    return this.characters.length;
  }

  grow(text: string): CharacterVocabulary {
    const { unknown } = this.encode(text);
    if (unknown.length === 0) return this;
    return new CharacterVocabulary([...this.characters, ...CharacterVocabulary.of(unknown.join("")).characters]);
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

  decode(ids: Iterable<number>): string {
    return decodeTokens(ids, this);
  }

  text(id: number): string {
    const character = this.characters[id];
    if (character === undefined) throw new RangeError(`expected an id below ${this.size}, got ${id}`);
    return character;
  }

  bytes(id: number): Uint8Array {
    return Buffer.from(this.text(id));
  }

  toJSON(): string[] {
    return [...this.characters];
  }
}
