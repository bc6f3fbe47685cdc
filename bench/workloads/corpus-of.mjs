const firstCharacter = 33; // printable, without the blank
const seed = 12345;

/**
 * A text of so many characters over a vocabulary of so many, every character of it used, the same each time: a random walk that a network can
 * learn something from. The vocabulary comes first.
 */
export function corpusOf(characters, vocabulary) {
  if (characters < vocabulary) throw new RangeError(`expected at least ${vocabulary} characters, got ${characters}`);
  const codes = new Uint16Array(characters);
  let state = seed;
  let id = 0;
  for (let index = 0; index < characters; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const stride = 1 + (state >>> 30); // mostly near the one before
    id = index < vocabulary ? index : state >>> 24 < 16 ? (state >>> 8) % vocabulary : (id * 3 + stride) % vocabulary;
    codes[index] = firstCharacter + id;
  }
  return Array.from({ length: Math.ceil(characters / 4096) }, (_, chunk) =>
    String.fromCharCode(...codes.subarray(chunk * 4096, (chunk + 1) * 4096)),
  ).join("");
}
