import { appError } from "../../errors.ts";

/** Passes bytes on until there are too many; throws body_too_large then, and reads no further. */
export async function* limitBytes(source: AsyncIterable<Uint8Array>, maximum: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maximum) {
      throw appError("body_too_large", `expected a dataset of at most ${maximum} bytes, got more`, {
        errors: [
          {
            pointer: "/file",
            code: "size",
            message: `expected at most ${maximum} bytes`,
            allowed: maximum,
            hint: "split the data, or set UNROLL_MAX_UPLOAD_BYTES",
          },
        ],
      });
    }
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}
