import { open } from "node:fs/promises";
import { appError } from "../errors.ts";

const lengthBytes = 8;
const longest = 100_000_000;

/** The metadata of a safetensors file: strings by name. Reads no tensor; throws checkpoint_corrupt. */
export async function readCheckpointHeader(path: string): Promise<Record<string, string>> {
  const file = await open(path, "r");
  try {
    const prefix = Buffer.alloc(lengthBytes);
    await file.read(prefix, 0, lengthBytes, 0);
    const length = Number(prefix.readBigUInt64LE());
    if (length > longest) throw new RangeError(`expected a header of at most ${longest} bytes, got ${length}`);
    const header = Buffer.alloc(length);
    await file.read(header, 0, length, lengthBytes);
    return (JSON.parse(header.toString("utf8")) as { __metadata__: Record<string, string> }).__metadata__;
  } catch (cause) {
    throw appError("checkpoint_corrupt", "the header of the checkpoint cannot be read", { cause });
  } finally {
    await file.close();
  }
}
