import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Connection, connect, runStatement, type SqliteDriver } from "./connect.ts";
import type { DataFolder } from "./data-folder.ts";
import { PrismaClient } from "./generated/client.ts";
import { migrate } from "./migrate.ts";
import { serialConnection } from "./serial-connection.ts";

export interface OpenDatabaseOptions {
  driver: SqliteDriver;
  busyTimeoutMs?: number | undefined;
  migrationsFolder?: string | undefined;
}

/** Checks, migrates and opens the database. The folder must be locked. Throws StoreOpenError. */
export async function openDatabase(folder: DataFolder, options: OpenDatabaseOptions): Promise<PrismaClient> {
  const connection = await connect(folder.database, {
    driver: options.driver,
    busyTimeoutMs: options.busyTimeoutMs ?? 5000,
  });
  try {
    await quickCheck(connection);
    await migrate(connection, {
      folder: options.migrationsFolder,
      beforeChange: (last) => backUp(connection, join(folder.backups, `before-${last}.db`)),
    });
    await configure(connection);
  } catch (error) {
    await connection.dispose();
    throw error;
  }
  const serial = serialConnection(connection, configure);
  return new PrismaClient({
    adapter: { provider: serial.provider, adapterName: serial.adapterName, connect: async () => serial },
    errorFormat: "minimal",
    // One connection: a transaction waits for those before it, however slow the disk.
    transactionOptions: { maxWait: 60_000, timeout: 60_000 },
  });
}

/** Brings all into one file again, so that a copy of the folder needs no more than that. */
export async function closeDatabase(client: PrismaClient): Promise<void> {
  try {
    await client.$queryRaw`PRAGMA wal_checkpoint(TRUNCATE)`;
  } finally {
    await client.$disconnect();
  }
}

/** WAL and FULL: what a transaction wrote is on disk when it has been committed, and readers are not in the way. */
async function configure(connection: Connection): Promise<void> {
  for (const pragma of ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]) {
    await runStatement(connection, `PRAGMA ${pragma}`);
  }
}

async function quickCheck(connection: Connection): Promise<void> {
  const rows = await runStatement(connection, "PRAGMA quick_check(3)");
  const faults = rows.map(([fault]) => String(fault));
  if (faults.length === 1 && faults[0] === "ok") return;
  throw new Error(`database disk image is malformed: ${faults.join("; ")}`);
}

async function backUp(connection: Connection, file: string): Promise<void> {
  await rm(file, { force: true });
  await runStatement(connection, `VACUUM INTO '${file.replaceAll("'", "''")}'`);
}
