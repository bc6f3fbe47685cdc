import { execFileSync } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { inPieces } from "./datasets/uploads.ts";
import { drivers } from "./drivers.ts";
import { event, stepEnd } from "./store-values.ts";
import { makeTemporaryFolder, removeFolder } from "./temporary-folder.ts";
import { jobIn } from "./temporary-store.ts";

/** A file system of 3 MB in memory; null where this user may not mount one. */
async function tinyDisk(): Promise<string | null> {
  const path = await makeTemporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    await removeFolder(path);
    return null;
  }
}

const disks = { "better-sqlite3": await tinyDisk(), libsql: await tinyDisk() };
afterAll(async () => {
  for (const disk of Object.values(disks)) {
    if (disk === null) continue;
    // Lazily: libsql closes its files when the garbage collector comes by.
    execFileSync("umount", ["-l", disk]);
    await removeFolder(disk);
  }
});

/** Takes what is left of the disk. */
async function fill(disk: string): Promise<string> {
  const path = join(disk, "filler");
  await writeFile(path, Buffer.alloc(8 * 1024 * 1024)).catch((error: NodeJS.ErrnoException) =>
    expect(error.code).toBe("ENOSPC"),
  );
  return path;
}

const full = { code: "disk_full", status: 507 };

describe.each(drivers)("a full disk, on %s", (driver) => {
  // Skipped where mounting a file system of its own is not allowed.
  test.skipIf(disks[driver] === null)("refuses writes, goes on reading, and recovers without a restart", async () => {
    const disk = disks[driver]!;
    const dataFolder = join(disk, "data");
    const store = await openStore({ dataFolder, maxUploadBytes: 1e9, driver });
    const { job } = await jobIn(store);
    await store.jobs.append(job, [stepEnd(job, 1, 1)]);
    const filler = await fill(disk);
    const source = {
      format: "txt",
      upload: { name: "big", kind: "text" },
      bytes: inPieces("ab ".repeat(500_000), 65_536),
    } as const;
    await expect(store.datasets.create(source)).rejects.toMatchObject(full);
    expect(await readdir(join(dataFolder, "temporary"))).toEqual([]);
    const text = "x".repeat(100_000);
    let stored = 1;
    const append = async () => {
      for (;;) {
        await store.jobs.append(job, [event(job, stored + 1, { type: "sample", step: stored, text })]);
        stored++;
      }
    };
    await expect(append()).rejects.toMatchObject(full);
    expect(await store.jobs.events(job, 0, 1000)).toHaveLength(stored);
    expect(await store.jobs.record(job)).toMatchObject({ lastSeq: stored });
    expect(await store.diskFreeBytes()).toBeLessThan(200_000);
    await rm(filler);
    await store.jobs.append(job, [stepEnd(job, stored + 1, 9)]);
    expect(await store.jobs.events(job, stored, 10)).toEqual([stepEnd(job, stored + 1, 9)]);
    await store.close();
    const again = await openStore({ dataFolder, maxUploadBytes: 1e9, driver });
    expect(await again.jobs.events(job, 0, 1000)).toHaveLength(stored + 1);
    await again.close();
  });
});

test.skipIf(disks.libsql === null)("a folder on a full disk is not opened, and the reason is told", async () => {
  const disk = disks.libsql!;
  await rm(join(disk, "data"), { recursive: true, force: true });
  const filler = await fill(disk);
  await expect(openStore({ dataFolder: join(disk, "data"), maxUploadBytes: 1e9 })).rejects.toMatchObject({
    reason: "disk_full",
  });
  await rm(filler);
});
