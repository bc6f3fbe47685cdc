import type { HostTensor } from "./host-tensor.ts";

/** Largest header that is read: bounds what a damaged length can make us allocate. */
export const maximumHeaderBytes = 16 * 2 ** 20;
/** Where the JSON begins: after its own length, 8 bytes, little-endian. */
export const headerStart = 8;

const bytesPerElement = { F32: 4, I32: 4 } as const;
type ElementType = keyof typeof bytesPerElement;

export interface TensorEntry {
  name: string;
  type: ElementType;
  shape: number[];
  /** Within the data, which begins after the header. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  metadata: Record<string, string>;
  /** By rising `begin`: they cover the data without a gap or an overlap. */
  entries: TensorEntry[];
}

/** Length prefix and header, padded so that the data starts on a multiple of 8. Metadata comes first, its keys in their order. */
export function encodeHeader(metadata: Record<string, string>, tensors: ReadonlyMap<string, HostTensor>): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let begin = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = begin + data.byteLength;
    header[name] = { dtype: data instanceof Int32Array ? "I32" : "F32", shape, data_offsets: [begin, end] };
    begin = end;
  }
  const text = JSON.stringify(header);
  const padding = " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const json = Buffer.from(text + padding);
  const length = Buffer.alloc(headerStart);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

/** Checks the length prefix against the file before anything is allocated for it; throws RangeError. */
export function headerBytes(prefix: Buffer, fileBytes: number): number {
  if (prefix.length < headerStart) throw new RangeError(`expected at least ${headerStart} bytes, got ${prefix.length}`);
  const bytes = prefix.readBigUInt64LE();
  if (bytes > maximumHeaderBytes || Number(bytes) > fileBytes - headerStart) {
    throw new RangeError(`the header is said to have ${bytes} bytes, the file has ${fileBytes}`);
  }
  return Number(bytes);
}

/** Reads and checks a header whose data has `dataBytes` bytes; throws RangeError or SyntaxError. */
export function parseHeader(json: Buffer, dataBytes: number): SafetensorsHeader {
  const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  if (!isRecord(header)) throw new RangeError("the header is not an object");
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new RangeError("__metadata__ is not a map of strings");
  }
  const entries = Object.entries(rest).map(([name, entry]) => parseEntry(name, entry));
  entries.sort((first, second) => first.begin - second.begin || first.end - second.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) throw new RangeError(`tensor ${name} begins at ${begin}, expected ${covered}`);
    covered = end;
  }
  if (covered !== dataBytes) throw new RangeError(`the tensors cover ${covered} bytes of ${dataBytes}`);
  return { metadata: metadata as Record<string, string>, entries };
}

function parseEntry(name: string, entry: unknown): TensorEntry {
  if (!isRecord(entry)) throw new RangeError(`tensor ${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32" && dtype !== "I32") throw new RangeError(`tensor ${name} is of type ${dtype}, not F32 or I32`);
  if (!isSizes(shape)) throw new RangeError(`tensor ${name} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw new RangeError(`tensor ${name} has no valid data_offsets`);
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement[dtype]);
  const [begin, end] = offsets as [number, number];
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    throw new RangeError(`tensor ${name} of shape [${shape}] has ${bytes} bytes, its range ${end - begin}`);
  }
  return { name, type: dtype, shape, begin, end };
}

/** Copies one tensor out of the data. */
export function decodeTensor({ type, shape, begin, end }: TensorEntry, data: Uint8Array): HostTensor {
  const bytes = new Uint8Array(data.subarray(begin, end)).buffer; // copied: aligned, and the file's buffer can be freed
  return { shape, data: type === "I32" ? new Int32Array(bytes) : new Float32Array(bytes) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
