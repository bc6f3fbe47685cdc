import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { appError } from "../errors.ts";
import { type CheckpointDescription, fromMetadata, toMetadata } from "./checkpoint-description.ts";
import type { HostTensor } from "./host-tensor.ts";
import {
  decodeTensor,
  encodeHeader,
  headerBytes,
  headerStart,
  maximumHeaderBytes,
  parseHeader,
} from "./safetensors.ts";

/** One file of everything: a run goes on from it, and a model is served from it. */
export interface CheckpointContents {
  description: CheckpointDescription;
  /** model/... the weights; optimizer/... its moments; state/... what the task carries from step to step. */
  tensors: ReadonlyMap<string, HostTensor>;
}

// The checksum is the first metadata entry, so that it stands at a fixed place; it is taken with zeros standing there.
const checksumStart = headerStart + '{"__metadata__":{"checksum":"'.length;
const checksumLength = 64;
const noChecksum = "0".repeat(checksumLength);

/**
 * Writes a safetensors file and puts it in place by rename: afterwards it is on disk, whole, whatever happens.
 * A crash in between leaves `{path}.partial`. Throws disk_full.
 */
export async function writeCheckpoint(
  filePath: string,
  { description, tensors }: CheckpointContents,
): Promise<{ bytes: number; sha256: string }> {
  const header = encodeHeader({ checksum: noChecksum, ...toMetadata(description) }, tensors);
  if (header.length > headerStart + maximumHeaderBytes) {
    throw appError("internal", `a checkpoint's header holds at most ${maximumHeaderBytes} bytes, got ${header.length}`);
  }
  const parts = [...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  header.write(sha256([header, ...parts]), checksumStart, "latin1");

  const partialPath = `${filePath}.partial`;
  try {
    await writeSynced(partialPath, [header, ...parts]);
    await rename(partialPath, filePath);
    await syncFolder(path.dirname(filePath));
  } catch (error) {
    await rm(partialPath, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw appError("disk_full", "no space left to write a checkpoint", { cause: error });
  }
  const bytes = parts.reduce((sum, part) => sum + part.length, header.length);
  return { bytes, sha256: sha256([header, ...parts]) };
}

/** Reads a checkpoint back; throws checkpoint_corrupt where a single bit is not as it was written. */
export async function readCheckpoint(filePath: string): Promise<CheckpointContents> {
  const file = await open(filePath, "r");
  try {
    const { size } = await file.stat();
    const prefix = await readExactly(file, 0, Math.min(headerStart, size));
    const json = await readExactly(file, headerStart, headerBytes(prefix, size));
    const dataStart = headerStart + json.length;
    const { metadata, entries } = parseHeader(json, size - dataStart);
    const data = await readExactly(file, dataStart, size - dataStart);
    verifyChecksum(Buffer.concat([prefix, json]), data);
    const tensors = new Map(entries.map((entry) => [entry.name, decodeTensor(entry, data)]));
    return { description: fromMetadata(metadata), tensors };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw appError("checkpoint_corrupt", `${path.basename(filePath)}: ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

/** The tensors whose names begin with `group/`, without that. */
export function tensorGroup(tensors: ReadonlyMap<string, HostTensor>, group: string): Map<string, HostTensor> {
  const prefix = `${group}/`;
  const members = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(members.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function verifyChecksum(header: Buffer, data: Buffer): void {
  const stored = header.toString("latin1", checksumStart, checksumStart + checksumLength);
  header.write(noChecksum, checksumStart, "latin1");
  if (sha256([header, data]) !== stored) throw new RangeError("the checksum does not match: the file was damaged");
}

function sha256(parts: Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

async function writeSynced(filePath: string, parts: Uint8Array[]): Promise<void> {
  const file = await open(filePath, "w");
  try {
    for (const part of parts) await file.writeFile(part); // goes on from where the part before ended
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this the rename itself may be lost in a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new RangeError(`the file ends after ${position + filled} bytes`);
    filled += bytesRead;
  }
  return buffer;
}
