import { createReadStream, createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";

// Signatures and field offsets: APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14 - 4.3.16 and 4.5.3.
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const IN_ZIP64 = 0xffffffff;

/** Reads named members out of a zip file (also zip64) without holding the archive in memory. */
export class ZipFile {
  #file;
  #handle;
  /** @type {{name: string, method: number, crc: number, compressedSize: number, size: number, offset: number}[]} */
  entries = [];

  static async open(file) {
    const zip = new ZipFile();
    zip.#file = file;
    zip.#handle = await fs.open(file);
    try {
      zip.entries = await zip.#readDirectory();
    } catch (error) {
      await zip.close();
      throw error;
    }
    return zip;
  }

  close() {
    return this.#handle.close();
  }

  /** Writes one member below a folder, checked by length and CRC-32; returns the path of the file. */
  async extract(entry, folder) {
    const file = resolve(folder, entry.name);
    if (!file.startsWith(resolve(folder) + sep))
      throw new Error(`zip member "${entry.name}" points outside the folder`);
    if (entry.method !== 0 && entry.method !== 8)
      throw new Error(`zip member "${entry.name}" uses method ${entry.method}`);
    await fs.mkdir(dirname(file), { recursive: true });
    const header = await this.#read(entry.offset, 30);
    if (header.readUInt32LE(0) !== 0x04034b50) throw new Error(`zip member "${entry.name}" has no local header`);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const check = checksum();
    const stages = [
      entry.compressedSize > 0
        ? createReadStream(this.#file, { start, end: start + entry.compressedSize - 1, highWaterMark: 1 << 20 })
        : [],
      ...(entry.method === 8 ? [zlib.createInflateRaw({ chunkSize: 1 << 18 })] : []),
      check.stream,
      createWriteStream(file, { highWaterMark: 1 << 20 }),
    ];
    await pipeline(stages);
    if (check.bytes !== entry.size || check.crc !== entry.crc) throw new Error(`zip member "${entry.name}" is damaged`);
    return file;
  }

  async #read(position, length) {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, position);
    if (bytesRead < length) throw new Error("the zip file is cut short");
    return buffer;
  }

  async #readDirectory() {
    const { count, size, offset } = await this.#findDirectory();
    const directory = await this.#read(offset, size);
    const entries = [];
    for (let at = 0; entries.length < count; ) {
      if (at + 46 > size || directory.readUInt32LE(at) !== 0x02014b50) throw new Error("the zip directory is damaged");
      const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
      const next = at + 46 + nameBytes + extraBytes + commentBytes;
      entries.push(readEntry(directory.subarray(at, next), nameBytes, extraBytes));
      at = next;
    }
    return entries;
  }

  async #findDirectory() {
    const { size: fileSize } = await this.#handle.stat();
    const tailBytes = Math.min(fileSize, END_BYTES + MAX_COMMENT_BYTES);
    const tail = await this.#read(fileSize - tailBytes, tailBytes);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || end + END_BYTES > tailBytes) throw new Error("this is not a zip file");
    const small = {
      count: tail.readUInt16LE(end + 10),
      size: tail.readUInt32LE(end + 12),
      offset: tail.readUInt32LE(end + 16),
    };
    if (small.count !== 0xffff && small.size !== IN_ZIP64 && small.offset !== IN_ZIP64) return small;
    const locator = await this.#read(fileSize - tailBytes + end - 20, 20);
    if (locator.readUInt32LE(0) !== 0x07064b50) return small; // a directory that really has 65,535 entries
    const record = await this.#read(Number(locator.readBigUInt64LE(8)), 56);
    if (record.readUInt32LE(0) !== 0x06064b50) throw new Error("the zip64 directory is damaged");
    const [count, size, offset] = [32, 40, 48].map((field) => Number(record.readBigUInt64LE(field)));
    return { count, size, offset };
  }
}

function readEntry(record, nameBytes, extraBytes) {
  const entry = {
    name: record.toString("utf8", 46, 46 + nameBytes),
    method: record.readUInt16LE(10),
    crc: record.readUInt32LE(16),
    compressedSize: record.readUInt32LE(20),
    size: record.readUInt32LE(24),
    offset: record.readUInt32LE(42),
  };
  const extra = record.subarray(46 + nameBytes, 46 + nameBytes + extraBytes);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let field = at + 4; // zip64: only the fields that did not fit stand here, in this order
    for (const name of ["size", "compressedSize", "offset"]) {
      if (entry[name] !== IN_ZIP64) continue;
      entry[name] = Number(extra.readBigUInt64LE(field));
      field += 8;
    }
  }
  return entry;
}

function checksum() {
  const check = { bytes: 0, crc: 0 };
  check.stream = new Transform({
    transform(chunk, _encoding, done) {
      check.bytes += chunk.length;
      check.crc = zlib.crc32(chunk, check.crc);
      done(null, chunk);
    },
  });
  return check;
}
