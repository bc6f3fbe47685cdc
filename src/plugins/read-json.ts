import { isUtf8 } from "node:buffer";
import { type AppError, appError } from "../errors.ts";
import { pointerTo } from "./json-pointer.ts";
import { scanJson } from "./scan-json.ts";

/**
 * Bytes as the JSON value they hold, strictly: UTF-8, at most 32 levels deep, no key twice, no `__proto__`, every number finite.
 * Nothing recursive touches the value before its depth is known. Throws body_not_utf8, body_too_deep, body_unparsable, number_not_finite.
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw appError("body_unparsable", "expected a JSON value, got an empty body");
  if (!isUtf8(bytes)) {
    const offset = invalidUtf8Offset(bytes);
    throw appError(
      "body_not_utf8",
      `expected UTF-8, got the byte 0x${bytes[offset]?.toString(16)} at offset ${offset}`,
    );
  }
  scanJson(bytes);
  const value = parse(bytes.toString("utf8"));
  refuseInfinity(value, []);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw appError("body_unparsable", `expected JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** JSON.parse reads 1e999 as Infinity. */
function refuseInfinity(value: unknown, path: (string | number)[]): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw notFinite(pointerTo(path));
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      // Long series are rows of numbers: no path is built for those in order.
      if (typeof item === "number" ? !Number.isFinite(item) : typeof item === "object") {
        refuseInfinity(item, [...path, index]);
      }
    }
  } else if (value !== null && typeof value === "object") {
    for (const [key, member] of Object.entries(value)) refuseInfinity(member, [...path, key]);
  }
}

function notFinite(pointer: string): AppError {
  const message = "expected a number between -1.8e308 and 1.8e308";
  return appError("number_not_finite", `${message}, got one beyond that at ${pointer || "the top"}`, {
    errors: [{ pointer, code: "number_not_finite", message, hint: "send null where a value is missing" }],
  });
}

/** Offset of the first byte that no UTF-8 text holds there; found by halving, since a prefix of valid text is valid up to a cut character. */
function invalidUtf8Offset(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  return characterStart(bytes, valid);
}

function characterStart(bytes: Buffer, offset: number): number {
  let start = offset;
  while (start > 0 && offset - start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return ((bytes[start] ?? 0) & 0xc0) === 0x80 ? offset : start;
}
