export interface TextParts {
  training: string;
  /** What a network is judged by. */
  tail: string;
}

/** The last characters of a text, `fraction` of all, apart from those before them. */
export function cutTail(text: string, fraction: number): TextParts {
  let characters = 0;
  for (let index = 0; index < text.length; index += unitsAt(text, index)) characters++;
  let place = text.length;
  for (let left = Math.floor(characters * fraction); left > 0; left--) {
    place -= place > 1 && unitsAt(text, place - 2) === 2 ? 2 : 1;
  }
  return { training: text.slice(0, place), tail: text.slice(place) };
}

/** 2 for the first half of a surrogate pair. */
function unitsAt(text: string, index: number): number {
  return text.codePointAt(index)! > 0xffff ? 2 : 1;
}
