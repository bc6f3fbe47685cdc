import { appError } from "../errors.ts";
import { pointerTo } from "./json-pointer.ts";

const maximumDepth = 32;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** An object or array that is open: the keys an object has had, or null for an array; where in it the scan stands. */
interface Level {
  keys: Set<string> | null;
  at: string | number;
  expectsKey: boolean;
}

/**
 * One pass over the bytes, without recursion, for what JSON.parse lets through: nesting beyond 32 levels, a key that an object holds
 * twice (the first would be lost in silence) and `__proto__`. Bytes that are no JSON at all are left for JSON.parse to refuse.
 */
export function scanJson(bytes: Buffer): void {
  const levels: Level[] = [];
  for (let offset = 0; offset < bytes.length; offset++) {
    const level = levels.at(-1);
    switch (bytes[offset]) {
      case quote: {
        const end = stringEnd(bytes, offset);
        if (level?.keys && level.expectsKey) takeKey(levels, level.keys, bytes.subarray(offset, end + 1));
        offset = end;
        break;
      }
      case openBracket:
        levels.push({ keys: null, at: 0, expectsKey: false });
        refuseDepth(levels.length, offset);
        break;
      case openBrace:
        levels.push({ keys: new Set(), at: "", expectsKey: true });
        refuseDepth(levels.length, offset);
        break;
      case closeBracket:
      case closeBrace:
        levels.pop();
        break;
      case comma:
        if (level === undefined) break;
        if (typeof level.at === "number") level.at++;
        else level.expectsKey = true;
    }
  }
}

function refuseDepth(depth: number, offset: number): void {
  if (depth <= maximumDepth) return;
  throw appError("body_too_deep", `expected at most ${maximumDepth} levels, got one more at byte ${offset}`);
}

/** Offset of the closing quote. */
function stringEnd(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(quote, start + 1);
  while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(quote, end + 1);
  return end === -1 ? bytes.length : end;
}

function isEscaped(bytes: Buffer, offset: number): boolean {
  let backslashes = 0;
  while (bytes[offset - 1 - backslashes] === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function takeKey(levels: Level[], keys: Set<string>, quoted: Buffer): void {
  const level = levels[levels.length - 1] as Level;
  const key = unquote(quoted);
  level.at = key;
  level.expectsKey = false;
  if (key === "__proto__") refuseKey(levels, "forbidden_key", 'the key "__proto__" is not accepted');
  if (keys.has(key)) refuseKey(levels, "duplicate_key", `the key ${JSON.stringify(key)} stands twice in one object`);
  keys.add(key);
}

function refuseKey(levels: Level[], code: string, message: string): never {
  const pointer = pointerTo(levels.map(({ at }) => at));
  throw appError("body_unparsable", message, { errors: [{ pointer, code, message }] });
}

/** Two spellings of one key count as one: "\u0061" is "a". */
function unquote(quoted: Buffer): string {
  const text = quoted.toString("utf8");
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text; // not JSON: the parser will say so
  }
}
