import { createHash } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, runStatement, type SqliteDriver } from "../../src/store/connect.ts";
import { migrationsFolder } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open-store.ts";
import { StoreOpenError } from "../../src/store/store-open-error.ts";
import { drivers } from "./drivers.ts";
import { stepEnd } from "./store-values.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { checkpointChange, jobIn, temporaryStore } from "./temporary-store.ts";

const maxUploadBytes = 1000;
const open = (dataFolder: string, more: { driver?: SqliteDriver; migrationsFolder?: string } = {}) =>
  openStore({ dataFolder, maxUploadBytes, ...more });

async function reason(opening: Promise<unknown>): Promise<StoreOpenError> {
  const error = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  if (error instanceof StoreOpenError) return error;
  throw new Error(`expected a StoreOpenError, got ${error}`);
}

async function fileHashes(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // The lock, and what SQLite keeps beside a database while it is open.
    if (!entry.isFile() || /^server\.|-shm$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (bytes.length > 0) hashes[path] = createHash("sha256").update(bytes).digest("hex");
  }
  return hashes;
}

describe.each(drivers)("the data folder on %s", (driver) => {
  test("is made for this user alone, with all that is in it", async () => {
    const folder = join(await temporaryFolder(), "a b#c?d%20é", "data");
    const { store } = await temporaryStore({ dataFolder: folder, driver });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const { job } = await jobIn(store);
    expect(job).toMatch(/^job_/);
    const expected = ["backups", "checkpoints", "datasets", "server.lock", "server.pid", "temporary", "unroll.db"];
    expect((await readdir(folder)).filter((name) => !/-(wal|shm|journal)$/.test(name)).sort()).toEqual(expected);
    expect(Number(await readFile(join(folder, "server.pid"), "utf8"))).toBe(process.pid);
    expect(await store.diskFreeBytes()).toBeGreaterThan(1e6);
  });

  test("writes through to the disk: WAL, full synchronisation, foreign keys", async () => {
    const folder = await temporaryFolder();
    await temporaryStore({ dataFolder: folder, driver });
    const connection = await connect(join(folder, "unroll.db"), { driver, busyTimeoutMs: 0 });
    expect(await runStatement(connection, "PRAGMA journal_mode")).toEqual([["wal"]]);
    await connection.dispose();
  });

  test("is refused to a second server, and free when the first has closed", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder, { driver });
    expect(await reason(open(folder, { driver }))).toMatchObject({ reason: "data_folder_locked", pid: process.pid });
    await first.close();
    const second = await open(folder, { driver });
    await second.close();
    expect(await readdir(folder)).not.toContain("server.pid");
  });

  test("keeps everything over a restart, with ids that go on rising", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder, { driver });
    const before = await jobIn(first);
    await first.jobs.append(before.job, [stepEnd(before.job, 1, 1)]);
    await first.close();
    const second = await open(folder, { driver });
    expect(await second.jobs.events(before.job, 0, 10)).toEqual([stepEnd(before.job, 1, 1)]);
    const after = await jobIn(second, "second");
    expect([before.job, before.model, before.dataset] < [after.job, after.model, after.dataset]).toBe(true);
    await second.close();
  });

  test("loses, at the start, the files that no row names and no others", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder, { driver });
    const { job, dataset } = await jobIn(first);
    const checkpoint = await checkpointChange(first, job, { number: 1, step: 1, best: true, loss: 1 });
    await first.jobs.append(job, [], { checkpoint });
    await first.close();
    const orphans = [
      "temporary/x.part",
      "datasets/ds_x.txt",
      `checkpoints/${job}/half.tmp`,
      "checkpoints/job_x/ckp_y.safetensors",
    ];
    await mkdir(join(folder, "checkpoints/job_x"));
    for (const orphan of orphans) await writeFile(join(folder, orphan), "half");
    const second = await open(folder, { driver });
    const left = (await readdir(folder, { recursive: true })).filter((name) => /[/]/.test(name)).sort();
    expect(left).toEqual([
      `checkpoints/${job}`,
      `checkpoints/${job}/${checkpoint.id}.safetensors`,
      `datasets/${dataset}.txt`,
    ]);
    await second.close();
  });

  test("of a newer release is refused, and left as it is", async () => {
    const folder = await temporaryFolder();
    const newer = join(await temporaryFolder(), "migrations");
    await cp(migrationsFolder, newer, { recursive: true });
    await mkdir(join(newer, "9999_later"));
    await writeFile(join(newer, "9999_later", "migration.sql"), `ALTER TABLE "Model" ADD COLUMN "later" TEXT;`);
    await (await open(folder, { driver, migrationsFolder: newer })).close();
    const before = await fileHashes(folder);
    const error = await reason(open(folder, { driver }));
    expect(error).toMatchObject({ reason: "database_newer" });
    expect(error.message).toContain("9999_later");
    expect(await fileHashes(folder)).toEqual(before);
  });

  test("of an older release is copied, then migrated; a migration that fails leaves nothing of itself", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder, { driver });
    const { model } = await jobIn(first);
    await first.close();
    const later = join(await temporaryFolder(), "migrations");
    await cp(migrationsFolder, later, { recursive: true });
    await mkdir(join(later, "0002_later"));
    const script = join(later, "0002_later", "migration.sql");
    await writeFile(script, `ALTER TABLE "Model" ADD COLUMN "later" TEXT; SELECT nonsense;`);
    await expect(open(folder, { driver, migrationsFolder: later })).rejects.toThrow(/nonsense/);
    await writeFile(script, `ALTER TABLE "Model" ADD COLUMN "later" TEXT DEFAULT 'x';`);
    const second = await open(folder, { driver, migrationsFolder: later });
    expect(await second.models.get(model)).toMatchObject({ name: "first" });
    await second.close();
    const backups = await readdir(join(folder, "backups"));
    expect(backups).toHaveLength(1);
    const connection = await connect(join(folder, "backups", backups[0]!), { driver, busyTimeoutMs: 0 });
    expect(await runStatement(connection, `SELECT "name" FROM "Model"`)).toEqual([["first"]]);
    await connection.dispose();
  });

  test("with a damaged database is refused with the name of the file", async () => {
    const folder = await temporaryFolder();
    const first = await open(folder, { driver });
    for (const name of ["a", "b", "c", "d"]) await jobIn(first, name);
    await first.close();
    const file = join(folder, "unroll.db");
    const bytes = await readFile(file);
    for (const from of [0, 4096]) {
      await writeFile(file, Buffer.from(bytes).fill(0xa5, from, from + 100));
      const error = await reason(open(folder, { driver }));
      expect(error).toMatchObject({ reason: "database_corrupt" });
      expect(error.message).toContain(file);
    }
    await writeFile(file, bytes);
    await (await open(folder, { driver })).close();
  });
});

test("a folder that cannot be made is refused with the path, the cause and the setting", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const error = await reason(open(join(folder, "file", "data")));
  expect(error).toMatchObject({ reason: "data_folder_not_writable" });
  expect(error.message).toBe(
    `The data folder ${join(folder, "file", "data")} cannot be written: a part of the path is a file. Set UNROLL_DATA_DIR to a folder that can.`,
  );
});

test.skipIf(process.getuid?.() === 0)("a folder of somebody else is refused", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o500);
  expect(await reason(open(join(folder, "data")))).toMatchObject({ reason: "data_folder_not_writable" });
});
