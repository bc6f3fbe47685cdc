// Ranges written out, no Unicode properties: those differ between releases of Unicode, and every reader has its own.
const space = "\\t-\\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
const digits = "0-9";
/** Of ASCII, Latin-1, general punctuation, arrows to geometric shapes and dingbats, CJK, full width, and the planes of emoji. */
const signs =
  "!-/:-@\\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2190-\u2bff\u3001-\u3003\u3008-\u3011\u3014-\u301f\u3030\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u{1f000}-\u{1faff}";
/** What keeps signs together: joiner, enclosing keycap, variation selectors. */
const joiners = "\u200d\u20e3\ufe0e\ufe0f";
const letters = `[^${space}${digits}${signs}]`;

/**
 * Cuts a text into pieces that no token crosses: a word with the space before it and with an apostrophe inside, up to three
 * digits, signs, white space; long ones are cut. The same in JavaScript and in the expressions of Hugging Face's tokenizers.
 */
export const piecePattern = [
  ` ?${letters}{1,32}(?:['\u2019]${letters}{1,16})?`,
  ` ?[${digits}]{1,3}`,
  ` ?[${signs}][${signs}${joiners}]{0,15}`,
  `[${space}]{1,32}(?![^${space}])`,
  `[${space}]{1,32}`,
].join("|");

const pattern = new RegExp(piecePattern, "gu");

/** The pieces of a text, in order; joined they are the text. */
export function splitPieces(text: string): string[] {
  return text.match(pattern) ?? [];
}
