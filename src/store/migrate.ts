import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Connection, runStatement } from "./connect.ts";
import { StoreOpenError } from "./store-open-error.ts";

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** Where the SQL lies, seen from src/store and from dist/store alike. */
export const migrationsFolder = join(import.meta.dirname, "..", "..", "prisma", "migrations");

/**
 * Brings the database to this release's schema, and keeps Prisma's own record of it (`_prisma_migrations`), so that
 * Prisma's tools agree. `beforeChange` runs once before an existing database is changed, with the name of its last
 * migration. Throws StoreOpenError, with nothing written, when a newer release has been at work.
 */
export async function migrate(
  connection: Connection,
  { folder = migrationsFolder, beforeChange }: { folder?: string; beforeChange(last: string): Promise<void> },
): Promise<void> {
  const migrations = await readMigrations(folder);
  const applied = await appliedMigrations(connection);
  const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new StoreOpenError(
      "database_newer",
      `The database was written by a newer release (${unknown.join(", ")} is unknown here). Start that release, or set UNROLL_DATA_DIR to another folder.`,
    );
  }
  const pending = migrations.filter((migration) => !applied.includes(migration.name));
  const last = applied.at(-1);
  if (pending.length > 0 && last !== undefined) await beforeChange(last);
  for (const migration of pending) await apply(connection, migration);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, "migration.sql"));
      return { name, sql: bytes.toString("utf8"), checksum: createHash("sha256").update(bytes).digest("hex") };
    }),
  );
}

async function appliedMigrations(connection: Connection): Promise<string[]> {
  const table = await runStatement(connection, `SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'`);
  if (table.length === 0) return [];
  const rows = await runStatement(
    connection,
    `SELECT "migration_name" FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL ORDER BY "migration_name"`,
  );
  return rows.map(([name]) => String(name));
}

const table = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);`;

/** Script and record in one transaction: a process killed in between leaves neither. */
async function apply(connection: Connection, { name, sql, checksum }: Migration): Promise<void> {
  const now = Date.now();
  const record = `INSERT INTO "_prisma_migrations"
    ("id", "checksum", "started_at", "finished_at", "migration_name", "applied_steps_count")
    VALUES ('${randomUUID()}', '${checksum}', ${now}, ${now}, '${name.replaceAll("'", "''")}', 1);`;
  // Inside a transaction SQLite ignores this PRAGMA, and a migration that rebuilds a table needs it.
  await runStatement(connection, "PRAGMA foreign_keys=OFF");
  try {
    await connection.executeScript(`BEGIN IMMEDIATE;\n${table}\n${sql}\n;${record}\nCOMMIT;`);
  } catch (error) {
    await runStatement(connection, "ROLLBACK").catch(() => {
      // No transaction was left open.
    });
    const { originalMessage } = ((error as Error).cause ?? {}) as { originalMessage?: string };
    throw new Error(`The migration ${name} failed: ${originalMessage ?? error}`, { cause: error });
  }
}
