/**
 * As much of WebAssembly's binary format (webassembly.github.io/spec/core/binary) as a few loops over vectors need:
 * functions without a result on one imported memory, locals by name, integers (i32) and vectors of four floats (v128).
 */
export type Code = number[];

export interface WasmFunction {
  parameters: string[]; // i32
  integers: string[];
  vectors: string[];
  body: (get: (local: string) => Code, set: (local: string, value: Code) => Code) => Code;
}

const I32 = 0x7f;
const V128 = 0x7b;
const PAGE_BYTES = 65_536;

/** A module of the functions, exported by their names; its memory is the import `unroll.memory`. */
export function assembleWasm(functions: Record<string, WasmFunction>): Uint8Array<ArrayBuffer> {
  const list = Object.values(functions);
  const exports = Object.keys(functions).map((name, index) => [...text(name), 0x00, ...unsigned(index)]);
  const types = list.map(({ parameters }) => [0x60, ...vector(parameters.map(() => [I32])), 0]);
  return Uint8Array.from([
    ...[0x00, ...utf8("asm"), 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("unroll"), ...text("memory"), 0x02, 0x00, 0]])),
    ...section(3, vector(list.map((_, index) => unsigned(index)))),
    ...section(7, vector(exports)),
    ...section(10, vector(list.map(functionCode))),
  ]);
}

export const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);

function functionCode({ parameters, integers, vectors, body }: WasmFunction): Code {
  const locals = [...parameters, ...integers, ...vectors];
  const index = (local: string): Code => {
    const found = locals.indexOf(local);
    if (found < 0) throw new Error(`no local is called ${local}`);
    return unsigned(found);
  };
  const instructions = body(
    (local) => [0x20, ...index(local)],
    (local, value) => [...value, 0x21, ...index(local)],
  );
  const declared = vector([
    [...unsigned(integers.length), I32],
    [...unsigned(vectors.length), V128],
  ]);
  const code = [...declared, ...instructions, 0x0b];
  return [...unsigned(code.length), ...code];
}

/** Runs the body, then again as long as `again` leaves something other than 0. */
export const loop = (body: Code, again: Code): Code => [0x03, 0x40, ...body, ...again, 0x0d, 0, 0x0b];

export const integer = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (one: Code, other: Code): Code => [...one, ...other, 0x6a],
};

const simd = (opcode: number, ...operands: Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)];
const address = (offset: number): Code => [2, ...unsigned(offset)];

/** Four floats at once. Bytes of memory need no alignment. */
export const float4 = {
  load: (at: Code, offset = 0): Code => [...simd(0x00, at), ...address(offset)],
  /** One float of memory in all four places. */
  loadSplat: (at: Code): Code => [...simd(0x09, at), ...address(0)],
  store: (at: Code, value: Code, offset = 0): Code => [...simd(0x0b, at, value), ...address(offset)],
  constant: (value: number): Code => {
    const bytes = [...new Uint8Array(Float32Array.of(value).buffer)];
    return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
  },
  add: (one: Code, other: Code): Code => simd(0xe4, one, other),
  subtract: (one: Code, other: Code): Code => simd(0xe5, one, other),
  multiply: (one: Code, other: Code): Code => simd(0xe6, one, other),
  divide: (one: Code, other: Code): Code => simd(0xe7, one, other),
  least: (one: Code, other: Code): Code => simd(0xe8, one, other),
  most: (one: Code, other: Code): Code => simd(0xe9, one, other),
  round: (value: Code): Code => simd(0x6a, value),
  /** 2 to the power of whole numbers between -126 and 127: the number as the exponent's bits. */
  powerOfTwo: (value: Code): Code => {
    const shifted = float4.add(value, float4.constant(127));
    return [...simd(0xf8, shifted), ...integer.constant(23), ...simd(0xab)];
  },
};

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  if (value >= -0x40 && value < 0x40) return [value & 0x7f];
  return [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

const utf8 = (value: string): Code => [...Buffer.from(value)];
const vector = (items: Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (value: string): Code => [...unsigned(value.length), ...utf8(value)];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
