import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Connection, connect, runStatement, type SqliteDriver } from "./connect.ts";
import type { DataFolder } from "./data-folder.ts";
import { isBusy } from "./store-failure.ts";
import { StoreOpenError } from "./store-open-error.ts";

/**
 * Takes the folder for this process. The lock is SQLite's own on a file of its own, held by the operating system: it is gone
 * with the process, however that ends. Throws StoreOpenError that names the holder's pid.
 */
export async function lockFolder(folder: DataFolder, driver: SqliteDriver): Promise<{ release(): Promise<void> }> {
  const connection = await connect(folder.lock, { driver, busyTimeoutMs: 0 });
  try {
    await runStatement(connection, "BEGIN EXCLUSIVE");
  } catch (error) {
    await connection.dispose();
    if (!isBusy(error)) throw error;
    const pid = await holderOf(folder);
    const holder = pid === null ? "another server" : `another server (process ${pid})`;
    throw new StoreOpenError(
      "data_folder_locked",
      `The data folder ${folder.root} is in use by ${holder}. Stop it, or set UNROLL_DATA_DIR to another folder.`,
      { pid, cause: error },
    );
  }
  const written = `${folder.pid}.${process.pid}`;
  await writeFile(written, `${process.pid}\n`, { mode: 0o600 });
  await rename(written, folder.pid);
  return { release: () => release(connection, folder) };
}

async function release(connection: Connection, folder: DataFolder): Promise<void> {
  await rm(folder.pid, { force: true });
  // libsql lets go of the file only when the garbage collector comes by; the end of the transaction frees it at once.
  await runStatement(connection, "ROLLBACK");
  await connection.dispose();
}

/** The holder writes its pid just after it has the lock, so a living process may be a moment away; null if none comes. */
async function holderOf(folder: DataFolder): Promise<number | null> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pid = await readPid(folder.pid);
    if (pid !== null && isAlive(pid)) return pid;
    await delay(30);
  }
  return null;
}

async function readPid(path: string): Promise<number | null> {
  try {
    const pid = Number(await readFile(path, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
