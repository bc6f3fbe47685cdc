import fs from "node:fs/promises";
import { dirname } from "node:path";
import { SetupFailure } from "./setup-failure.mjs";

const MEGABYTE = 1e6;

/** Free megabytes for this user on the disk that holds the folder, or will hold it. */
export async function freeMegabytes(folder) {
  try {
    const { bavail, bsize } = await fs.statfs(folder);
    return Math.floor((bavail * bsize) / MEGABYTE);
  } catch (error) {
    if (error.code !== "ENOENT" || dirname(folder) === folder) throw error;
    return freeMegabytes(dirname(folder));
  }
}

/** Throws one sentence when fewer megabytes are free than the step will write. */
export async function requireSpace(folder, megabytes, what) {
  const free = await freeMegabytes(folder);
  if (free < megabytes) throw tooSmall(`${what} needs ${megabytes} MB of disk in ${folder}, ${free} MB are free.`);
}

/** Turns "no space left" of any step into the same kind of sentence; other errors stay as they are. */
export function explainDiskFull(error, folder, what) {
  if (error.code !== "ENOSPC" && error.code !== "EDQUOT") return error;
  return tooSmall(`The disk (or quota) of ${folder} filled up during: ${what}.`);
}

function tooSmall(message) {
  return new SetupFailure(
    "disk_full",
    message,
    `Free some space, or point XDG_CACHE_HOME to a larger disk, then run: npm run setup`,
  );
}
