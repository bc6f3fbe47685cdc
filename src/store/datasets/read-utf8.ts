import { isUtf8 } from "node:buffer";
import type { FaultList } from "./fault-list.ts";

export interface Utf8Options {
  faults: FaultList;
  /** Of the file or field, for faults. */
  pointer: string;
  /** Called when the text starts with a byte order mark, which is left out. */
  onByteOrderMark?(): void;
}

/** Decodes UTF-8 strictly, never in the middle of a character. Faults name the byte; NUL is one. */
export async function* readUtf8(source: AsyncIterable<Buffer>, options: Utf8Options): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0; // of `rest` in the file
  let first = true;
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.length - unfinishedBytes(bytes);
    if (end === 0) {
      rest = bytes;
      continue;
    }
    const text = decode(bytes.subarray(0, end), offset, options);
    rest = bytes.subarray(end);
    offset += end;
    const marked = first && text.startsWith("\ufeff");
    first = false;
    if (marked) options.onByteOrderMark?.();
    const kept = marked ? text.slice(1) : text;
    if (kept !== "") yield kept;
  }
  if (rest.length > 0) decode(rest, offset, options);
}

function decode(bytes: Buffer, offset: number, { faults, pointer }: Utf8Options): string {
  if (!isUtf8(bytes)) {
    const at = firstFault(bytes);
    const found = `0x${bytes.toString("hex", at, at + 1)}`;
    const message = `expected UTF-8 text, got the byte ${found} at offset ${offset + at}`;
    faults.stop({ pointer, code: "utf8", message, value: found, hint: "save the file as UTF-8" });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const message = `expected text without NUL characters, got one at offset ${offset + nul}`;
    faults.stop({ pointer, code: "nul", message, hint: "send plain text: this looks like a binary file or UTF-16" });
  }
  return bytes.toString("utf8");
}

/** Bytes that a character announces by its first byte; 0 for a byte that starts none. */
function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/** Bytes at the end that start a character and do not finish it. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function firstFault(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOf(bytes[at]!);
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}
