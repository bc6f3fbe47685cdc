import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import { join, relative } from "node:path";

/** A short SHA-256 over every file below some paths: names and contents, whatever their dates; "none" for nothing. */
export async function hashTree(paths, without = []) {
  const hash = createHash("sha256");
  let count = 0;
  for (const root of [paths].flat())
    for (const file of await filesBelow(root, without)) {
      hash
        .update(`${relative(root, file)}\0`)
        .update(await fs.readFile(file))
        .update("\0");
      count++;
    }
  return count === 0 ? "none" : hash.digest("hex").slice(0, 20);
}

async function filesBelow(root, without) {
  const status = await fs.stat(root).catch(() => undefined); // a tree that is not there has no files
  if (!status) return [];
  if (status.isFile()) return [root];
  const entries = await fs.readdir(root, { withFileTypes: true });
  const files = entries
    .filter((entry) => !without.includes(entry.name))
    .map((entry) => (entry.isDirectory() ? filesBelow(join(root, entry.name), without) : [join(root, entry.name)]));
  return (await Promise.all(files)).flat().sort();
}
