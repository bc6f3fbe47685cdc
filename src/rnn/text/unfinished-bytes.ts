/** How many bytes at the end begin a character of UTF-8 and do not finish it, 0 to 3 (Unicode 16, table 3-7). */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const first = bytes[bytes.length - length]!;
    if (isContinuation(first)) continue;
    const wanted =
      first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
    const isBegun = length < wanted && (length === 1 || allowsSecond(first, bytes[bytes.length - length + 1]!));
    return isBegun ? length : 0;
  }
  return 0;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0;
}

/** Neither longer than it need be, nor half of a surrogate pair, nor beyond U+10FFFF. */
function allowsSecond(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  if (first === 0xf4) return second < 0x90;
  return true;
}
