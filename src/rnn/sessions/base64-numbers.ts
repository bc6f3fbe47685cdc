import type { ErrorDetail } from "../../errors.ts";

/** Base64 of the bytes of an array, little-endian. */
export function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** The bytes, in memory of their own; a fault where there are not exactly so many. */
export function fromBase64(text: string, bytes: number, pointer: string): ArrayBuffer | ErrorDetail {
  const isWhole = text.length === 4 * Math.ceil(bytes / 3);
  const decoded = isWhole ? Buffer.from(text, "base64") : Buffer.alloc(0);
  if (isWhole && decoded.length === bytes && decoded.toString("base64") === text) {
    return Uint8Array.from(decoded).buffer;
  }
  const message = `expected the base64 of ${bytes} bytes, got ${text.length} characters that are not`;
  return { pointer, code: "length", message, allowed: { bytes } };
}
