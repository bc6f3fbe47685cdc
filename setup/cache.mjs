import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import { join } from "node:path";
import { isAlive } from "./is-alive.mjs";

/** Where the per-user cache lies: XDG_CACHE_HOME or ~/.cache, then "unroll". */
export function cacheFolder(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(env.HOME || os.homedir(), ".cache"), "unroll");
}

/**
 * A folder of finished things, each a folder of its own under a name that says version and platform.
 * A thing is made under a temporary name and renamed, so several set-ups may work in one cache at once.
 */
export class Cache {
  constructor(folder) {
    this.folder = folder;
  }

  /** Opens the user's cache, or one inside the project (with a sentence to print) where that cannot be written. */
  static async open({ preferred = cacheFolder(), fallback, warn }) {
    try {
      await probe(preferred);
      return new Cache(preferred);
    } catch (error) {
      warn(
        `The cache folder ${preferred} cannot be written (${error.code ?? error.message}); using ${fallback} instead, so other clones cannot share it. Set XDG_CACHE_HOME to a folder you may write.`,
      );
      await probe(fallback);
      return new Cache(fallback);
    }
  }

  /** The folder of a thing in the cache, or undefined. */
  async find(name) {
    const folder = join(this.folder, name);
    const found = await fs.stat(folder).catch(() => undefined);
    return found?.isDirectory() ? folder : undefined;
  }

  /** The thing's folder; `make(folder)` fills a temporary one first when it is not there. */
  async findOrMake(name, make) {
    const found = await this.find(name);
    if (found) return found;
    const temporary = await this.temporary(name);
    try {
      await make(temporary);
      return await this.#publish(temporary, name);
    } finally {
      await fs.rm(temporary, { recursive: true, force: true });
    }
  }

  /** A new empty folder inside the cache (so on its disk); the caller removes it. */
  async temporary(name) {
    await this.#removeAbandoned();
    const folder = join(this.folder, `.tmp-${os.hostname()}-${process.pid}-${randomBytes(4).toString("hex")}-${name}`);
    await fs.mkdir(folder, { recursive: true });
    return folder;
  }

  async remove(name) {
    await fs.rm(join(this.folder, name), { recursive: true, force: true });
  }

  async #publish(temporary, name) {
    const folder = join(this.folder, name);
    try {
      await fs.rename(temporary, folder);
    } catch (error) {
      // Another set-up was first: its result is as good as ours.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    }
    return folder;
  }

  /** Clears what set-ups that were killed left behind: at once those of this machine, the others after a day. */
  async #removeAbandoned() {
    const yesterday = Date.now() - 24 * 3600 * 1000;
    for (const name of await fs.readdir(this.folder)) {
      if (!name.startsWith(".tmp-")) continue;
      const folder = join(this.folder, name);
      const status = await fs.stat(folder).catch(() => undefined); // its owner may remove it meanwhile
      const owner =
        name.startsWith(`.tmp-${os.hostname()}-`) && name.slice(`.tmp-${os.hostname()}-`.length).split("-")[0];
      const abandoned = owner ? !isAlive(Number(owner)) : status?.mtimeMs < yesterday;
      if (abandoned) await fs.rm(folder, { recursive: true, force: true });
    }
  }
}

async function probe(folder) {
  await fs.mkdir(folder, { recursive: true });
  const file = join(folder, `.probe-${process.pid}-${randomBytes(4).toString("hex")}`);
  await fs.writeFile(file, "");
  await fs.rm(file);
}
