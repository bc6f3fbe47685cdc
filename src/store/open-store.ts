import { statfs } from "node:fs/promises";
import { chooseDriver, type SqliteDriver } from "./connect.ts";
import { type DataFolder, dataFolderAt, makeDataFolder } from "./data-folder.ts";
import { createDatasetStore } from "./datasets/dataset-store.ts";
import { lockFolder } from "./folder-lock.ts";
import type { PrismaClient } from "./generated/client.ts";
import { createIdempotencyStore } from "./idempotency-store.ts";
import { createJobStore } from "./jobs/job-store.ts";
import { createKeyStore } from "./key-store.ts";
import { createModelStore, findServingModel } from "./models/model-store.ts";
import { ServingModels } from "./models/serving-models.ts";
import { idFactory } from "./new-id.ts";
import { closeDatabase, openDatabase } from "./open-database.ts";
import { openFailure } from "./open-failure.ts";
import { createSessionStore } from "./session-store.ts";
import type { Store } from "./store.ts";
import type { SessionLimits, StoreContext } from "./store-context.ts";
import { withStoreFailures } from "./store-failure.ts";
import { sweepFiles } from "./sweep-files.ts";

export interface OpenStoreOptions {
  dataFolder: string;
  maxUploadBytes: number;
  sessions?: Partial<SessionLimits>;
  /** The clock that sessions expire by; for tests. */
  now?: () => number;
  /** The faster one that loads, by default. */
  driver?: SqliteDriver;
  /** How long a statement waits for another program's lock, and everybody with it; 5 s by default. */
  busyTimeoutMs?: number;
  /** This release's own, by default. */
  migrationsFolder?: string;
}

const usualSessions: SessionLimits = { count: 10_000, bytes: 1024 ** 3, idleMs: 86_400_000 };

/** Makes, locks, checks, migrates and tidies the data folder, and opens what is in it. Throws StoreOpenError. */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const folder = dataFolderAt(options.dataFolder);
  try {
    await makeDataFolder(folder);
    const driver = options.driver ?? (await chooseDriver());
    const lock = await lockFolder(folder, driver);
    return await openLocked(folder, { ...options, driver, lock });
  } catch (error) {
    throw openFailure(folder, error);
  }
}

interface Locked extends OpenStoreOptions {
  driver: SqliteDriver;
  lock: { release(): Promise<void> };
}

async function openLocked(folder: DataFolder, options: Locked): Promise<Store> {
  const { driver, lock, maxUploadBytes, now = Date.now, ...database } = options;
  const settings = { maxUploadBytes, now, sessionLimits: { ...usualSessions, ...options.sessions } };
  let client: PrismaClient | undefined;
  const close = async () => {
    try {
      if (client !== undefined) await closeDatabase(client);
    } finally {
      await lock.release();
    }
  };
  try {
    client = await openDatabase(folder, { driver, ...database });
    await sweepFiles(client, folder);
    return { ...(await storeOn(client, { folder, ...settings })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function storeOn(
  client: PrismaClient,
  { folder, ...settings }: Pick<StoreContext, "folder" | "maxUploadBytes" | "sessionLimits" | "now">,
): Promise<Omit<Store, "close">> {
  const serving = new ServingModels((...asked) => findServingModel({ client, folder }, ...asked));
  const context = { client, folder, ...settings, newId: await idFactory(client), serving };
  return {
    datasets: withStoreFailures(createDatasetStore(context)),
    models: withStoreFailures(createModelStore(context)),
    jobs: withStoreFailures(createJobStore(context)),
    sessions: withStoreFailures(await createSessionStore(context)),
    keys: withStoreFailures(await createKeyStore(context)),
    idempotency: withStoreFailures(await createIdempotencyStore(context)),
    async diskFreeBytes() {
      const { bavail, bsize } = await statfs(folder.root);
      return bavail * bsize;
    },
  };
}
