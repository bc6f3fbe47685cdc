import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../sync-folder.ts";

const bufferedBytes = 256 * 1024;

/** A file that is being written in a temporary place: whole and on disk under its own name, or not there at all. */
export class IncomingFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async create(path: string): Promise<IncomingFile> {
    return new IncomingFile(path, await open(path, "wx", 0o600));
  }

  async write(chunk: Buffer | string): Promise<void> {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= bufferedBytes) await this.flush();
  }

  /** Syncs the file, gives it its name and syncs the folder. */
  async finish(target: string): Promise<{ bytes: number; sha256: string }> {
    await this.flush();
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.path, target);
    await syncFolder(dirname(target));
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Leaves nothing behind; does no harm after finish. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.path, { force: true });
  }

  /** After it, the file holds all that was written, for other readers of this machine. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    let written = 0;
    while (written < bytes.length) written += (await this.#handle.write(bytes, written)).bytesWritten;
  }
}
